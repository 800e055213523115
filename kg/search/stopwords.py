"""Words that say nothing about a subject."""

from __future__ import annotations

ENGLISH = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being below between
    both but by can cannot could did do does doing done down during each either etc few for from further get gets got
    had has have having he hence her here hers him his how however i if in into is it its itself just may me might
    more most must my neither no nor not of off on once one only onto or other our ours out over own per rather
    same shall she should since so some still such than that the their theirs them then there thereby therefore these
    they this those through thus to too under until up upon us very via was we were what when where whether which
    while who whom whose why will with within without would yet you your yours don't doesn't isn't

    """.split()  # noqa: SIM905
)

CHINESE = frozenset(
    """
    的 了 是 在 我 我们 你 你们 他 她 它 他们 它们 有 没有 和 与 及 以及 或 或者 就 都 也 还 很 更 最 不
    到 说 要 会 着 过 地 得 之 这 这个 这些 那 那个 那些 其 其中 该 此 每 各 某 一个 一些 一种 一 个 种
    等 等等 把 被 对 对于 从 由 于 为 为了 以 用 让 使 向 给 而 而且 但 但是 并 并且 因为 所以 因此 如果
    若 则 虽然 然而 时 时候 当 后 以后 之后 前 之前 中 里 上 下 内 外 间 怎么 怎么办 怎样 如何 什么
    为什么 为何 何 哪 哪里 哪个 哪些 谁 多少 几 吗 呢 吧 啊 呀 嘛 请 请问 可以 可能 应该 应当 能 能够
    需要 发生 会不会 是否 是不是 有没有 什么样 又 再 才 只 已 已经 曾 将 正在 进行 通过 关于 所 至
    """.split()  # noqa: SIM905
)
