# The site's image. compose.yaml shows how to run it, and why.
#
# BASE names one version. To pin its content as well, append the digest that
# `docker buildx imagetools inspect python:3.13.7-slim-bookworm` prints: NAME:TAG@sha256:DIGEST.
# Any Debian image with python3, 3.11 or newer, and venv works.
ARG BASE=docker.io/library/python:3.13.7-slim-bookworm

FROM ${BASE} AS build
RUN python3 -m venv /opt/venv
# One image serves one machine and many: `python -m webapp.cluster` starts a worker.
COPY requirements-cluster.lock /tmp/
# If the network has its own package index or certificates: docker build --secret id=pip,src=pip.conf
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements-cluster.lock \
    && /opt/venv/bin/pip uninstall --yes --quiet pip setuptools
COPY . /opt/movazi
# Compile now, since the container's file system is read-only. Make the files readable by the runs'
# user, whatever the umask of the checkout was.
RUN chmod -R u=rwX,go=rX /opt/movazi \
    && /opt/venv/bin/python -m compileall -q /opt/movazi

FROM ${BASE}
# Debian's mirrors keep only the newest versions, so pinned ones would disappear.
# hadolint ignore=DL3008
RUN apt-get -q update \
    && apt-get -qy install --no-install-recommends libcap2-bin tini \
    # The server runs as movazi. Each run is a process tree of movazi-run, which can neither read the
    # database nor signal the server. The ids are fixed, since volumes store them.
    && groupadd --gid 10001 movazi \
    && groupadd --gid 10002 movazi-run \
    && useradd --uid 10001 --gid movazi --groups movazi-run --no-create-home \
        --home-dir /var/lib/movazi --shell /usr/sbin/nologin movazi \
    && useradd --uid 10002 --gid movazi-run --no-create-home \
        --home-dir /nonexistent --shell /usr/sbin/nologin movazi-run \
    && install -d -o movazi -g movazi -m 0700 /var/lib/movazi \
    # The only way from movazi to movazi-run. The capabilities are set last, since chown drops them.
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
# movazi, as a number: orchestrators can then see that it is not root. No group here, or the
# supplementary group movazi-run would be dropped.
USER 10001
VOLUME /var/lib/movazi
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "deploy/healthy.py"]
# If a launcher is killed, process 1 adopts its run and must reap it. gunicorn would not; tini does.
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn"]
