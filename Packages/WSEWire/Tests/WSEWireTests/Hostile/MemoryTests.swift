import CAllocationCounter
import Testing
import WSEWire

@Suite(.enabled(if: wse_allocations_are_counted()), .serialized) struct MemoryTests {
    #if DEBUG
        /// Unoptimised code also puts the closures' captured variables on the heap, and frees them.
        private static let allocationsPerEvent = 3
    #else
        private static let allocationsPerEvent = 1
    #endif

    /// What the calling thread allocates during `body`.
    private func allocations(_ body: () throws -> Void) rethrows -> wse_allocations {
        wse_allocations_reset()
        try body()
        return wse_allocations_read()
    }

    @Test func countingWorks() {
        func measure() -> (taken: wse_allocations, freed: wse_allocations) {
            var kept: [UnsafeMutableRawPointer] = []
            kept.reserveCapacity(10)
            let taken = allocations {
                for _ in 0..<10 { kept.append(.allocate(byteCount: 1_000, alignment: 8)) }
            }
            return (taken, allocations { for block in kept { block.deallocate() } })
        }
        // What the runtime allocates when this code first runs, such as room for metadata, is none of it.
        _ = measure()
        let (taken, freed) = measure()
        #expect(taken.count == 10)
        #expect(taken.live >= 10_000 && taken.peak == taken.live)
        #expect(freed.live == -taken.live)
    }

    @Test(arguments: [false, true]) func anEventIsOneAllocation(_ messagePack: Bool) throws {
        let envelope = Envelope(
            type: "trade", payload: ["px": 42123.25, "sym": "BTC-USD", "levels": [[1, 2], [3, 4]]],
            id: "019aaf3c-7d11-7a20-8c1f-9b1f6d5d2a10", sequence: 7, unixMilliseconds: 1_700_000_000_000,
            stamp: RecoveryStamp(topic: "market.btc-usd", epoch: "0000007b", offset: 8))
        let message = messagePack ? try envelope.messagePack() : try envelope.json()
        let decoder = TestDecoder()
        decoder.items.reserveCapacity(2_000)
        decoder.decode(message)
        let seen = allocations { for _ in 0..<1_000 { decoder.decode(message) } }
        #expect(decoder.items.events.count == 1_001)
        #expect(seen.count <= MemoryTests.allocationsPerEvent * 1_000)
        // What a kept event costs beside its frame.
        let overhead = Double(seen.live) / 1_000 - Double(message.count)
        #expect(overhead <= 128, "\(overhead) bytes")
    }

    #if !DEBUG
        @Test
    #endif
    func recycledEventsCostNoAllocation() throws {
        let message = try Envelope(
            type: "trade", payload: ["px": 42123.25],
            stamp: RecoveryStamp(topic: "market.btc-usd", epoch: "0000007b", offset: 8)
        ).json()
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        var events: [WSEEvent] = []
        func round() {
            for _ in 0..<100 { decoder.decode(message.span.bytes, as: .text, into: &items) }
            events.append(contentsOf: items.events)
            items.removeAll(keepingCapacity: true)
            decoder.recycle(&events)
        }
        for _ in 0..<2 { round() }
        let few = allocations { round() }
        // Those of the array that `items.events` makes, and not one for each event.
        #expect(few.count <= 20, "\(few.count)")
        // What is kept is bounded, however much comes back.
        let seen = allocations {
            for _ in 0..<10 {
                for _ in 0..<10_000 { decoder.decode(message.span.bytes, as: .text, into: &items) }
                events.append(contentsOf: items.events)
                items = []
                decoder.recycle(&events)
                events = []
            }
        }
        #expect(seen.live <= 2 << 20, "\(seen.live)")
        decoder.releaseUnusedMemory()
        let released = allocations { decoder.releaseUnusedMemory() }
        #expect(released.live < -(512 << 10), "\(released.live)")
    }

    @Test func hostileLengthsCostNothing() {
        let frames: [[UInt8]] = [
            [0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0xDF, 0xFF, 0xFF, 0xFF, 0xFF], [0xDB, 0xFF, 0xFF, 0xFF, 0xFF],
            [0xC6, 0xFF, 0xFF, 0xFF, 0xFF], [0xC9, 0xFF, 0xFF, 0xFF, 0xFF], [0xDC, 0xFF, 0xFF, 0x90],
        ]
        for frame in frames {
            let envelope: [UInt8] = [0x82, 0xA1, 0x74, 0xA1, 0x78, 0xA1, 0x70] + frame
            let seen = allocations {
                #expect(decode(envelope).errors.map(\.code) == [.invalidMessagePack])
                #expect(throws: WireError.self) { try WSEValue(messagePack: frame.span.bytes) }
            }
            #expect(seen.peak < 64 << 10)
        }
    }

    @Test func aZlibBombIsRefusedInLittleMemory() {
        let bomb = Array("C:".utf8) + deflated([UInt8](repeating: 0x20, count: 50 << 20), level: 9)
        #expect(bomb.count < 52 << 10)
        let decoder = TestDecoder()
        let seen = allocations {
            decoder.decode(bomb)
            decoder.decode(bomb)
        }
        #expect(decoder.items.errors.map(\.code) == [.messageTooLarge, .messageTooLarge])
        #expect(seen.peak < 4 << 20)
        // What stays is zlib's window and little else.
        #expect(seen.live < 64 << 10)
        print(
            "a 50 MB zlib bomb in \(bomb.count) bytes: \(seen.peak) bytes of memory at most, \(seen.live) kept"
        )
    }

    @Test func deepNestingIsRefusedInLittleMemory() {
        let depth = 100_000
        let frames = [
            Array(("{\"t\":\"x\",\"p\":" + String(repeating: "[", count: depth)).utf8),
            Array(("{\"t\":\"x\",\"p\":" + String(repeating: "{\"a\":", count: depth)).utf8),
            [0x82, 0xA1, 0x74, 0xA1, 0x78, 0xA1, 0x70] + [UInt8](repeating: 0x91, count: depth),
        ]
        for frame in frames {
            let decoder = TestDecoder(limits: WireLimits(maximumDepth: 1_024))
            let seen = allocations { decoder.decode(frame) }
            #expect(decoder.items.errors.map(\.code) == [.nestingTooDeep])
            #expect(seen.peak < frame.count + (64 << 10))
        }
    }

    @Test func inventedTopicsAreKeptWithinBounds() {
        let decoder = TestDecoder()
        let padding = String(repeating: "x", count: 200)
        let seen = allocations {
            for index in 0..<70_000 {
                decoder.decode("{\"t\":\"x\",\"tp\":\"\(padding)\(index)\",\"e\":\"\(index)\"}")
                decoder.items.removeAll(keepingCapacity: true)
            }
        }
        #expect(seen.live < 24 << 20)
    }
}
