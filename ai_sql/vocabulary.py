"""English around the documented names: words without a meaning of their own, and words of form."""

# Words that may stand in a question without changing what is asked.
FILLERS = frozenset(
    """
    a all am an and any are as at be been being between by can could did do does each every figure
    figures for from get gets give given had has have how i in is it its let like many me much my
    number numbers of on onto or our out over per please plot pull see show shown so table tell than
    that the their them there these they this those to total totals up us want was we were what when
    which will with within would you your across amid among break breakdown broken down split
    grouped group segmented segment calculate chart compute count counted counts data display find
    graph know look visualise visualize about came come coming during entire combined generated go
    going happen happened happening made make occur occurred received recorded registered tracked
    use used uses using viewed visited went whole sent send brought bring drove drive drives
    delivered contributed contribute altogether current currently latest overall times fired
    triggered named called
    """.split()  # noqa: SIM905 - a list of a hundred quoted words reads worse
)

LISTS = frozenset({"list", "lists", "enumerate"})
# Said before a name, these add nothing: the sum of revenue, unique users. Elsewhere they do.
OF = frozenset({"of", "the", "all", "our"})
SUMS = frozenset({"amount", "amounts", "sum", "quantity"})
UNIQUE = frozenset({"unique", "distinct", "different"})
AVERAGE = frozenset({"average", "avg", "mean", "typical"})
NEGATIONS = frozenset(
    {
        "not",
        "except",
        "excluding",
        "exclude",
        "without",
        "outside",
        "besides",
        "isn't",
        "aren't",
        "non",
    }
)
CONTAINS = frozenset(
    {"contains", "contain", "containing", "include", "includes", "including", "like", "matching"}
)
STARTS = frozenset({"starts", "start", "starting", "begins", "beginning", "under"})
EQUALS = frozenset(
    {
        "is",
        "was",
        "are",
        "were",
        "equals",
        "equal",
        "be",
        "named",
        "called",
        "to",
        "of",
        "=",
        "with",
    }
)
OTHERS = frozenset(
    {"versus", "vs", "vs.", "compare", "compared", "comparing", "comparison", "against"}
)
