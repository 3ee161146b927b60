"""A small topic for the tests of the pages: a parameter of each type."""

from webapp.lessons.claims import Claim
from webapp.lessons.measures.printed.lines import lines_that_fit, printed
from webapp.lessons.measures.printed.order import order_of
from webapp.lessons.measures.workers import ending
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice, Float, Floats, Integer, Permutation
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Pair, Topic

parameters = (
    Integer(
        name="times",
        label=Text("Times", "چند بار"),
        help=Text("How often.", "چند بار سلام کند."),
        default=2,
        minimum=1,
        maximum=5,
    ),
    Float(
        name="pause",
        label=Text("Pause", "مکث"),
        help=Text("Seconds between two.", "ثانیه میان دو سلام."),
        default=0.1,
        minimum=0,
        maximum=1,
    ),
    Choice(
        name="tone",
        label=Text("Tone", "لحن"),
        help=Text("How it sounds.", "چطور به گوش برسد."),
        default="warm",
        options={"warm": Text("kindly", "گرم"), "cold": Text("coolly", "سرد")},
    ),
)

topic = Topic(
    title=Text("Greeting", "سلام کردن"),
    summary=Text("Say hello.", "سلام کنید."),
    chapter="threads",
    order=1,
    demos=(
        Demo(
            slug="say-hello",
            title=Text("Saying hello", "سلام گفتن"),
            watch=Text("One line each time.", "هر بار یک خط."),
            ideal=Ideal(lambda values: 0.5, Text("It only prints.", "فقط چاپ می‌کند.")),
            outcome=DemoOutcome(Text("greetings", "تعداد سلام‌ها"), lines_that_fit("^hello")),
            beside=(
                Pair(
                    title=Text("Warm or cold", "گرم یا سرد"),
                    other="greeting/say-hello",
                    look=Text("Feel the difference.", "تفاوت را حس کنید."),
                    values={"tone": "warm"},
                    other_values={"tone": "cold", "times": 4},
                ),
            ),
            parameters=parameters,
            as_in_report={"times": 5},
            claims=(
                Claim(
                    Text("one line each time", "هر بار یک خط"),
                    printed("^hello", lambda values: int(values["times"])),
                    margin=lambda values: 0.1,
                ),
            ),
            observations=(Claim(Text("somebody answered", "کسی جواب داد"), printed("^hi")),),
        ),
        Demo(
            slug="say-in-turn",
            title=Text("Taking turns", "به نوبت"),
            watch=Text("Three greetings.", "سه سلام."),
            ideal=Ideal(lambda values: 0, Text("It only prints.", "فقط چاپ می‌کند.")),
            outcome=DemoOutcome(Text("who came when", "ترتیب سلام‌ها"), order_of(r"hello from (.)")),
            parameters=(
                Permutation(
                    name="order",
                    label=Text("Order", "ترتیب"),
                    help=Text("Who comes when.", "کی اول بیاید."),
                    default=(2, 1, 3),
                ),
                Floats(
                    name="pauses",
                    label=Text("Pauses", "مکث‌ها"),
                    help=Text("Seconds after each.", "ثانیه پس از هر سلام."),
                    default=(0.0, 0.5),
                    minimum=0,
                    maximum=1,
                ),
            ),
        ),
        Demo(
            slug="say-nothing",
            title=Text("Saying nothing", "هیچ نگفتن"),
            watch=Text("Nothing is printed.", "چیزی چاپ نمی‌شود."),
            ideal=Ideal(lambda values: 0, Text("Nothing is done.", "کاری نمی‌کند.")),
            outcome=DemoOutcome(Text("how it ended", "چگونه پایان یافت"), ending()),
            trap=True,
        ),
    ),
)
