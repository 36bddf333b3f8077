/// The world's only source of chance (SplitMix64): equal seeds make equal histories.
struct SimulationRandom {
    private var state: UInt64

    init(seed: UInt64) {
        // Neighbouring seeds begin far apart.
        state = (seed &+ 1) &* 0xD129_0B2E_8F4A_7C15
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// One of `0..<count`.
    mutating func below(_ count: Int) -> Int {
        count <= 1 ? 0 : Int(next() % UInt64(count))
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    mutating func time(_ range: ClosedRange<VirtualTime>) -> VirtualTime {
        VirtualTime(
            microseconds: Int64(
                within(Int(range.lowerBound.microseconds)...Int(range.upperBound.microseconds))))
    }

    mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double(next() >> 11) * 0x1p-53 < probability
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }

    /// As many as `elements` has, or fewer, but one at least; in their order.
    mutating func some<Element>(of elements: [Element]) -> [Element] {
        let chosen = elements.filter { _ in chance(0.5) }
        return chosen.isEmpty ? [pick(elements)] : chosen
    }
}
