"""A small topic whose demo can end in every way, for the tests of pages."""

from webapp.lessons.measures.workers import ending
from webapp.lessons.outcomes import DemoOutcome
from webapp.lessons.parameters import Choice
from webapp.lessons.topic import Demo, Ideal, Topic

topic = Topic(
    demos=(
        Demo(
            slug="end-somehow",
            ideal=Ideal(lambda values: 0),
            outcome=DemoOutcome(ending()),
            parameters=(
                Choice(
                    name="how",
                    default="return",
                    options=("return", "sleep", "raise", "deadlock", "never"),
                ),
            ),
        ),
    )
)
