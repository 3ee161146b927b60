"""A small topic for the tests of the pages: a parameter of each type."""

from webapp.lessons.claims import Claim, unless
from webapp.lessons.measures.printed.lines import lines_that_fit, printed
from webapp.lessons.measures.printed.order import order_of
from webapp.lessons.measures.workers import ending
from webapp.lessons.misconceptions import Misconception
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Floats, Integer, Permutation
from webapp.lessons.questions import Option, Question
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

parameters = (
    Integer(name="times", default=2, minimum=1, maximum=5),
    Float(name="pause", default=0.1, minimum=0, maximum=1),
    Choice(name="tone", default="warm", options=("warm", "cold")),
)

hello_each_time = printed("^hello", lambda values: int(values["times"]))

topic = Topic(
    demos=(
        Demo(
            slug="say-hello",
            ideal=Ideal(lambda values: 0.5),
            outcome=DemoOutcome(lines_that_fit("^hello")),
            beside=(
                Pair(
                    name="warm-or-cold",
                    other="greeting/say-hello",
                    values={"tone": "warm"},
                    other_values={"tone": "cold", "times": 4},
                ),
            ),
            parameters=parameters,
            as_in_report={"times": 5},
            questions=(
                Question(
                    "lines",
                    (
                        Option("all", hello_each_time, Misconception.RAN_ONCE),
                        Option("fewer", unless(hello_each_time)),
                    ),
                    varies=True,
                    see="greeting/say-nothing",
                ),
            ),
            claims=(
                Claim(
                    "a-line-each",
                    hello_each_time,
                    margin=lambda values: 0.1,
                ),
            ),
            observations=(Claim("answered", printed("^hi")),),
        ),
        Demo(
            slug="say-in-turn",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(order_of(r"hello from (.)")),
            parameters=(
                Permutation(name="order", default=(2, 1, 3)),
                Floats(name="pauses", default=(0.0, 0.5), minimum=0, maximum=1),
            ),
        ),
        Demo(
            slug="say-nothing",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            trap=True,
        ),
    )
)
