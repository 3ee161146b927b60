"""A small topic for the tests of what a page shows: every way in which a run can end."""

from webapp.lessons.measures.workers import ending
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice
from webapp.lessons.text import Text
from webapp.lessons.topic import Demo, Ideal, Topic

topic = Topic(
    title=Text("Endings", "پایان‌ها"),
    summary=Text("End a run.", "به یک اجرا پایان دهید."),
    chapter="threads",
    order=1,
    demos=(
        Demo(
            slug="end-somehow",
            title=Text("Ending somehow", "پایانی از هر نوع"),
            watch=Text("How it ends.", "چگونه پایان می‌یابد."),
            ideal=Ideal(lambda values: 0, Text("It only ends.", "فقط پایان می‌یابد.")),
            outcome=DemoOutcome(Text("how it ended", "چگونه پایان یافت"), ending()),
            parameters=(
                Choice(
                    name="how",
                    label=Text("How", "چگونه"),
                    help=Text("How it ends.", "چگونه پایان یابد."),
                    default="return",
                    options={
                        "return": Text("return", "بازگشت"),
                        "sleep": Text("a sleep", "خواب"),
                        "raise": Text("raise", "خطا"),
                        "deadlock": Text("deadlock", "بن‌بست"),
                        "never": Text("never", "هرگز"),
                    },
                ),
            ),
        ),
    ),
)
