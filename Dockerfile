# The site in a container; compose.yaml runs it as it is meant to be run, and says why.
#
# BASE names one version. To hold it to its very bytes, too, append the digest that
# `docker buildx imagetools inspect python:3.13.7-slim-bookworm` tells: NAME:TAG@sha256:DIGEST.
# Any Debian will do that has python3, 3.11 or newer, with venv.
ARG BASE=docker.io/library/python:3.13.7-slim-bookworm

FROM ${BASE} AS build
RUN python3 -m venv /opt/venv
# One image for one machine and for many: a worker is started by `python -m webapp.cluster`.
COPY requirements-cluster.lock /tmp/
# For a network with an index or certificates of its own: docker build --secret id=pip,src=pip.conf
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements-cluster.lock \
    && /opt/venv/bin/pip uninstall --yes --quiet pip setuptools
COPY . /opt/movazi
# Compiled ahead, since nothing can be written later; and readable by the runs' user, whatever the
# umask of whoever checked it out.
RUN chmod -R u=rwX,go=rX /opt/movazi \
    && /opt/venv/bin/python -m compileall -q /opt/movazi

FROM ${BASE}
# Debian keeps only its newest versions, so a pinned one is gone with the next repair.
# hadolint ignore=DL3008
RUN apt-get -q update \
    && apt-get -qy install --no-install-recommends libcap2-bin tini \
    # The site serves as movazi, and each run is a process tree of movazi-run's, which may neither
    # read the database nor signal the server. The numbers are fixed, for a volume keeps them.
    && groupadd --gid 10001 movazi \
    && groupadd --gid 10002 movazi-run \
    && useradd --uid 10001 --gid movazi --groups movazi-run --no-create-home \
        --home-dir /var/lib/movazi --shell /usr/sbin/nologin movazi \
    && useradd --uid 10002 --gid movazi-run --no-create-home \
        --home-dir /nonexistent --shell /usr/sbin/nologin movazi-run \
    && install -d -o movazi -g movazi -m 0700 /var/lib/movazi \
    # The one way from the first user to the second. The capabilities come last: chown drops them.
    && install -d /usr/local/libexec \
    && install -o root -g movazi -m 0750 "$(command -v setpriv)" /usr/local/libexec/movazi-setpriv \
    && setcap cap_setuid,cap_setgid=ep /usr/local/libexec/movazi-setpriv \
    && apt-get -qy purge --auto-remove libcap2-bin \
    && rm -rf /var/lib/apt/lists/*

COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/movazi /opt/movazi

ARG BASE
LABEL org.opencontainers.image.title="Movazi" \
    org.opencontainers.image.description="Learn parallel programming in Python by running real programs" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.base.name="${BASE}"

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATABASE_URL=sqlite:////var/lib/movazi/runs.sqlite \
    MOVAZI_RUN_USER=movazi-run

WORKDIR /opt/movazi
# movazi, as a number, by which an orchestrator sees that it is not root. Without a group: one that
# is named here would leave out movazi's second, movazi-run.
USER 10001
VOLUME /var/lib/movazi
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "deploy/healthy.py"]
# A run whose launcher was killed is adopted by process 1, which must reap: gunicorn would not.
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn"]
