/// Decides which of several slots a topic belongs to, alike in every process and on every platform.
///
/// Highest random weight (rendezvous) hashing: each slot has a weight for the topic, and the highest wins. A slot that
/// comes takes from each other one its fair share of the topics, and one that goes leaves its own to all others; nothing
/// else moves.
///
/// The weight of slot `s` for a topic is `mix(fnv(topic) ^ mix(s))`, where `fnv` is 64-bit FNV-1a over the topic's UTF-8
/// and `mix` the finalizer of SplitMix64.
public enum Rendezvous {
    /// The slot that a topic belongs to; `nil` where there is none.
    ///
    /// - Parameters:
    ///   - topic: Its name.
    ///   - slots: Their numbers, in any order.
    public static func slot(for topic: String, among slots: some Sequence<Int>) -> Int? {
        let key = hash(topic)
        var winner: (slot: Int, weight: UInt64)?
        for slot in slots {
            let weight = weight(ofKey: key, in: slot)
            if let best = winner, (best.weight, slot) >= (weight, best.slot) { continue }
            winner = (slot, weight)
        }
        return winner?.slot
    }

    /// 64-bit FNV-1a of the topic's UTF-8.
    public static func hash(_ topic: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in topic.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return hash
    }

    /// The weight of a slot for a topic of that hash.
    static func weight(ofKey key: UInt64, in slot: Int) -> UInt64 {
        mix(key ^ mix(UInt64(truncatingIfNeeded: slot)))
    }

    private static func mix(_ number: UInt64) -> UInt64 {
        var number = number &+ 0x9e37_79b9_7f4a_7c15
        number = (number ^ (number >> 30)) &* 0xbf58_476d_1ce4_e5b9
        number = (number ^ (number >> 27)) &* 0x94d0_49bb_1331_11eb
        return number ^ (number >> 31)
    }
}
