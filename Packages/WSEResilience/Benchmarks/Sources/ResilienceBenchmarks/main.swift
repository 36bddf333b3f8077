/// Prints what the parts cost, as the tables of the README.
///
///     swift run -c release ResilienceBenchmarks
///
/// Everything is single-threaded and repeatable but for the machine; run it on a quiet one.
measureStamped("an interned string", key: InternedKey.init)
measureStamped("a String of 16 bytes or more", key: { "\($0)......" })
measureUnstamped()
measureRecovery()
measureParts()
measureQueues()
measureMemory()
