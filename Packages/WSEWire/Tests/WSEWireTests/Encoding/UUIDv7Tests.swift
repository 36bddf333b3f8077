import Testing
import WSEWire

@Suite struct UUIDv7Tests {
    @Test func shapeTimeAndOrder() {
        var random = SeededGenerator(seed: 7)
        var generator = UUIDv7Generator()
        var previous = ""
        // Time stands still, steps back and jumps; 5,000 ids in one millisecond are more than its counter holds.
        for now in Array(repeating: 1_700_000_000_000, count: 5_000) + [
            1_600_000_000_000, 1_800_000_000_000, (1 << 48) - 1,
        ] as [UInt64] {
            let id = generator.next(unixMilliseconds: now, using: &random)
            #expect(id > previous)
            #expect(id.utf8.count == 36)
            let characters = Array(id)
            #expect(characters[14] == "7" && "89ab".contains(characters[19]))
            #expect([8, 13, 18, 23].allSatisfy { characters[$0] == "-" })
            #expect(characters.allSatisfy { "0123456789abcdef-".contains($0) })
            previous = id
        }
        var fresh = UUIDv7Generator()
        #expect(fresh.next(unixMilliseconds: 0x0123_4567_89AB, using: &random).hasPrefix("01234567-89ab-7"))
    }

    @Test func theTextHasEveryBitInItsPlace() {
        struct Constant: RandomNumberGenerator {
            func next() -> UInt64 { 0xFEDC_BA98_7654_3A1F }
        }
        var random = Constant()
        var generator = UUIDv7Generator()
        #expect(
            generator.next(unixMilliseconds: 0x0123_4567_89AB, using: &random)
                == "01234567-89ab-721f-bedc-ba9876543a1f")
        #expect(
            generator.next(unixMilliseconds: 0xF0E1_D2C3_B4A5, using: &random)
                == "f0e1d2c3-b4a5-721f-bedc-ba9876543a1f")
    }
}
