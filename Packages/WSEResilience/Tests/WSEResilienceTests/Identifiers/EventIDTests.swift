import Testing

@testable import WSEResilience

@Suite("EventID")
struct EventIDTests {
    private let key = EventID.Key(first: 0x0706_0504_0302_0100, second: 0x0F0E_0D0C_0B0A_0908)

    private func uuid(_ text: String) -> EventID? {
        Array(text.utf8).withUnsafeBytes { EventID(uuid: $0.bytes) }
    }

    @Test("a UUID stands for its own bits, in either case")
    func uuidBits() {
        let expected = EventID(high: 0x0192_F0C1_7D5E_7C3A, low: 0x9A51_6F0D_4B1C_2E3F)
        #expect(uuid("0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3f") == expected)
        #expect(uuid("0192F0C1-7D5E-7C3A-9A51-6F0D4B1C2E3F") == expected)
        #expect(EventID("0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3f", key: key) == expected)
        #expect(uuid("ffffffff-ffff-ffff-ffff-ffffffffffff") == EventID(high: .max, low: .max))
    }

    @Test("random UUIDs are read as written")
    func randomUUIDs() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            let id = EventID(high: generator.next(), low: generator.next())
            let high = hexadecimal(id.high)
            let low = hexadecimal(id.low)
            let text =
                "\(high.prefix(8))-\(high.dropFirst(8).prefix(4))-\(high.suffix(4))-"
                + "\(low.prefix(4))-\(low.suffix(12))"
            #expect(uuid(text) == id)
        }
    }

    private func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    @Test("every byte at every place is judged as hex digit or dash", arguments: 0..<36)
    func everyByte(place: Int) {
        let valid = Array("0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3f".utf8)
        let isDash = [8, 13, 18, 23].contains(place)
        for byte in UInt8.min...UInt8.max {
            var bytes = valid
            bytes[place] = byte
            let isHex =
                (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
            let isRead = bytes.withUnsafeBytes { EventID(uuid: $0.bytes) != nil }
            #expect(isRead == (isDash ? byte == 0x2D : isHex), "byte \(byte)")
        }
    }

    @Test(
        "what is no UUID is hashed",
        arguments: [
            "", "a", "order-17", "0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3",
            "0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3f0",
            "0192f0c17d5e7c3a9a516f0d4b1c2e3f", "{0192f0c1-7d5e-7c3a-9a51-6f0d4b1c2e3f}",
        ])
    func notUUIDs(text: String) {
        #expect(uuid(text) == nil)
        #expect(EventID(text, key: key) == EventID(text, key: key))
        #expect(EventID(text, key: key) != EventID(text, key: EventID.Key(first: 1, second: 2)))
    }

    /// Output of `openssl mac -macopt hexkey:000102…0f -macopt size:16 SIPHASH` over the bytes 00, 01, 02, ….
    @Test(
        "the hash is SipHash-2-4-128",
        arguments: [
            (0, 0xE6A8_25BA_047F_81A3, 0x9302_55C7_1472_F66D),
            (1, 0x44AF_996B_D8C1_87DA, 0x45FC_229B_1159_7634),
            (7, 0x53C1_DBD8_BEEB_F1A1, 0x3982_F01F_A64A_B8C0),
            (8, 0x61F5_5862_BAA9_623B, 0xB497_14F3_64E2_830F),
            (9, 0xABBA_D90A_0699_4426, 0xED71_6DBB_028B_7FC4),
            (15, 0x11A8_B033_99E9_9354, 0xD9C3_CF97_0FEC_087E),
            (16, 0xBB54_B067_CAA4_E26E, 0x7705_2385_BF15_33FD),
            (17, 0x98B8_8D73_E806_3D47, 0x4077_E47A_C466_C054),
            (31, 0xFCFA_2332_18B0_3929, 0x353D_C452_4FDE_2317),
            (36, 0x4648_C429_1F7D_C43D, 0x1167_4F90_ED76_9E1E),
            (63, 0x4A83_502F_77D1_5051, 0x7CBD_3F97_9A06_3E50),
        ])
    func vectors(count: Int, high: UInt64, low: UInt64) {
        let bytes = (0..<count).map { UInt8($0) }
        let id = bytes.withUnsafeBytes { SipHash128.hash($0.bytes, key: key) }
        #expect(id == EventID(high: high, low: low))
    }

    @Test("many short ids have different hashes")
    func noCollisions() {
        let key = EventID.Key()
        #expect(Set((0..<100_000).map { EventID(String($0), key: key) }).count == 100_000)
    }
}
