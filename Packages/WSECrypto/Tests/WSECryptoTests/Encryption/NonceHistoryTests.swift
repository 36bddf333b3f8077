import Testing

@testable import WSECrypto

@Suite("Nonces of the receiving side")
struct NonceHistoryTests {
    @Test(
        "agrees with a plain list, for all capacities and for nonces that collide",
        arguments: [1, 2, 3, 31, 32, 33, 100, 1_000])
    func model(capacity: Int) {
        var generator = SplitMix(state: UInt64(capacity))
        var history = NonceHistory(capacity: capacity, seeds: (generator.next(), generator.next()))
        var list: [Nonce] = []
        for _ in 0..<20_000 {
            // Out of few numbers, so that many come again, some of them after they were forgotten.
            let nonce = Nonce(UInt128(generator.next() % UInt64(capacity * 3)) << (generator.next() % 3 * 32))
            #expect(history.contains(nonce) == list.contains(nonce))
            guard !list.contains(nonce) else { continue }
            history.insert(nonce)
            list.append(nonce)
            if list.count > capacity { list.removeFirst() }
            #expect(history.count == list.count)
        }
        #expect(list.allSatisfy { history.contains($0) })
    }

    @Test("takes a capacity out of range for the nearest one in it")
    func capacity() {
        var history = NonceHistory(capacity: 0, seeds: (1, 2))
        history.insert(Nonce(1))
        history.insert(Nonce(2))
        #expect(history.count == 1 && history.contains(Nonce(2)) && !history.contains(Nonce(1)))
    }

    struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}
