"""The words that decide whether a sentence may be shortened or joined: closed lists of English, none of any topic."""

CONNECTIVES = frozenset(
    """
    and but so yet also however moreover furthermore indeed then therefore thus hence consequently nevertheless
    nonetheless still additionally likewise similarly besides instead
    """.split()
)
"""May be left out at the head of a sentence: a claim without its link to the claim before is the weaker one."""
CONNECTIVE_PHRASES = (
    "in addition", "of course", "in fact", "as a result", "at the same time", "on the other hand", "in other words",
    "for this reason", "after all", "in short", "in particular", "above all", "to begin with", "for example",
    "for instance", "what is more", "and so", "and yet", "but then", "first of all",
)  # fmt: skip
ASIDES = frozenset("also however indeed therefore moreover furthermore".split())
"""Adverbs of discourse: they may be left out anywhere, and of them `also` may be put in."""
NEGATIONS = frozenset(
    """
    not no never none nobody nothing nowhere neither nor without cannot hardly scarcely barely rarely seldom few little
    lacks lack lacking fail fails failed fewer less
    """.split()
)
HEDGES = frozenset(
    """
    may might could would should can will shall must ought perhaps possibly probably likely unlikely maybe apparently
    seems seem seemed appears appear appeared suggests suggest often sometimes usually generally typically mostly
    largely partly almost nearly about around roughly approximately some many most several certain much
    """.split()
)
CONDITIONS = frozenset(
    """
    if unless until when whenever whether provided providing assuming supposing except excepting only but though
    although while whereas despite however otherwise once before after else instead rather than or yet save bar
    apart other until till
    """.split()
)
DOUBTS = frozenset(
    """
    myth myths wrong false untrue lie lies mistaken mistake doubt doubts deny denies denied reject rejects rejected
    claim claims claimed claiming allege alleges alleged supposed supposedly believe believes believed think thinks
    thought assume assumes assumed pretend pretends argue argues argued say says said tell tells told ask asks asked
    report reports reported according write writes wrote suggest suggests suggested nonsense nevertheless contrary
    opposite untruth imagine imagines imagined hope hopes hoped fear fears feared wish wishes wished dispute disputes
    disputed disagree disagrees disagreed critics opponents sceptics
    """.split()
)
SENSITIVE = NEGATIONS | HEDGES | CONDITIONS | DOUBTS
"""A stretch that holds one of these is never left out: what stays could say something else."""
EXCLUSIVES = frozenset("only solely both either neither between not no never just".split())
"""Of a sentence with one of these before the cut, nothing is cut off."""
SUBORDINATES = frozenset(
    """
    because if unless until when whenever whether that which who whom whose so since as although though while whereas
    after before where than
    """.split()
)
"""What follows one of these may belong to it, so that nothing is joined after it with "and"."""
OPENERS = frozenset("if unless when whenever although though while whereas because since as after before until".split())
"""A sentence that opens with one of these keeps its end, where the main clause is."""
TAILS = frozenset("and because so which who whose".split())
"""A clause may be cut off that a comma and one of these begin."""
LEANING = frozenset(
    """
    this these that those it its they them their theirs he she him his her hers such both another former latter same
    """.split()
)
LINKING = frozenset(
    """
    so therefore thus hence consequently but however instead yet then moreover furthermore nevertheless nonetheless
    otherwise also similarly likewise and or nor besides which whose where
    """.split()
)
"""A sentence that opens with one of these, or leans, means something only after the sentence that it follows."""
TELLING = (
    "says|said|writes|wrote|argues|argued|states|stated|notes|noted|reports|reported|explains|explained|describes|"
    "described|holds|held|observes|observed|adds|added|points out|pointed out|puts it|tells us|maintains|maintained|"
    "believes|thinks|contends|contended|remarks|remarked|comments|commented"
)
"""Verbs that credit without a judgement of their own; "proves", "admits" or "demands" must be the text's."""
