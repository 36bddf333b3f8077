import Testing

@testable import WebSocketFraming

@Suite("UTF-8 validator")
struct UTF8ValidatorTests {
    /// The standard library's own judgement.
    private static func isValid(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }

    private static func validate(_ pieces: [[UInt8]]) -> Bool {
        var validator = UTF8Validator()
        for piece in pieces {
            guard validator.consume(piece.span.bytes, from: 0, to: piece.count) else { return false }
        }
        return validator.isComplete
    }

    @Test("Agrees with the standard library on every sequence of two bytes and on all edges of longer ones")
    func agreesOnEdges() {
        let edges: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
            0xED,
            0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                #expect(Self.validate([[first, second]]) == Self.isValid([first, second]))
            }
        }
        for first in edges {
            for second in edges {
                for third in edges {
                    #expect(Self.validate([[first, second, third]]) == Self.isValid([first, second, third]))
                    let four = [first, second, third, 0x80]
                    #expect(Self.validate([four]) == Self.isValid(four))
                    #expect(Self.validate(four.map { [$0] }) == Self.isValid(four))
                }
            }
        }
    }

    @Test("A bad byte is found at every place of a long ASCII text")
    func badByteAnywhere() {
        for length in [1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 100] {
            let good = [UInt8](repeating: 0x61, count: length)
            #expect(Self.validate([good]))
            for place in good.indices {
                var bad = good
                bad[place] = 0xFF
                #expect(!Self.validate([bad]), "byte \(place) of \(length)")
            }
        }
    }

    @Test("Text may be cut inside a character")
    func cutInside() {
        let text = Array("aé漢🎉z — κόσμε, ".utf8) + Array(repeating: 0x61, count: 40) + Array("🎉".utf8)
        for cut in text.indices {
            #expect(Self.validate([Array(text[..<cut]), Array(text[cut...])]))
            #expect(!Self.validate([Array(text[..<cut]), [0xFF]]))
        }
    }

    @Test("The first impossible byte fails, not the end of the character")
    func failsFast() {
        var validator = UTF8Validator()
        let start: [UInt8] = [0xCE, 0xBA, 0xF4]
        let startIsPossible = validator.consume(start.span.bytes, from: 0, to: 3)
        let beyondUnicode: [UInt8] = [0x90]
        let restIsPossible = validator.consume(beyondUnicode.span.bytes, from: 0, to: 1)
        #expect(startIsPossible)
        #expect(!restIsPossible)
    }

    @Test("Text that ends inside a character is not complete")
    func truncated() {
        #expect(!Self.validate([[0xE2, 0x82]]))
        #expect(decode([frame(0x1, [0xE2, 0x82])]) == [.violation(.invalidTextEncoding)])
        #expect(
            decode([frame(0x1, [0xE2], isFinal: false) + continuation([0x82])]) == [
                .violation(.invalidTextEncoding)
            ])
        #expect(
            decode([frame(0x1, [0xE2], isFinal: false) + continuation([0x82, 0xAC])]) == [.text("€")])
    }

    @Test("A frame that is still arriving fails at its first bad byte")
    func failsWhileArriving() {
        let start = Array(frame(0x1, [0x61, 0xFF] + [UInt8](repeating: 0x61, count: 100)).prefix(4))
        #expect(decode([start]) == [.violation(.invalidTextEncoding)])
    }
}
