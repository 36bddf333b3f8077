import Testing
import WSEWire

/// RFC 8259 as a table: what is JSON and what only looks like it.
@Suite struct StrictJSONTests {
    @Test(
        arguments: [
            // Structure and white space.
            ("[]", .array([])), ("{}", .object([:])), (" \t\r\n[ ]\n", .array([])), ("{ }", .object([:])),
            ("[1 , 2\n]", [1, 2]), ("{ \"a\" : 1 , \"b\" : [ ] }", ["a": 1, "b": []]),
            ("[[[[]]]]", [[[[]]]]), ("{\"\":0}", ["": 0]),
            ("{\"a\":{\"b\":{\"c\":[{}]}}}", ["a": ["b": ["c": [[:]]]]]),
            // A text may be any value.
            ("null", nil), ("true", true), ("false", false), ("0", 0), ("\"\"", ""), (" \"x\" ", "x"),
            // Of equal keys the last wins.
            ("{\"a\":1,\"a\":2}", ["a": 2]), ("{\"a\":1,\"\\u0061\":{}}", ["a": [:]]),
            // Numbers.
            ("-0", 0), ("-1", -1), ("10", 10), ("1.5", 1.5), ("-0.0", .double(-0.0)), ("1e2", .double(100)),
            ("1E+2", .double(100)), ("25e-1", 2.5), ("0e0", .double(0)), ("0.00", .double(0)),
            ("123.456e-7", .double(123.456e-7)), ("1e400", .double(.infinity)), ("1e-400", .double(0)),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .uint(1 << 63)), ("18446744073709551615", .uint(.max)),
            ("18446744073709551616", .double(18_446_744_073_709_551_616)),
            ("-9223372036854775809", .double(-9_223_372_036_854_775_808)),
            ("0.1", 0.1), ("9007199254740993.0", .double(9_007_199_254_740_992)), ("1e23", .double(1e23)),
            ("179769313486231570000e288", .double(.greatestFiniteMagnitude)),
            ("5e-324", .double(.leastNonzeroMagnitude)),
            ("2.2250738585072014e-308", .double(.leastNormalMagnitude)),
            ("123456789012345678901234567890.5", .double(123_456_789_012_345_678_901_234_567_890.5)),
            // Strings.
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0000""#, "\0"),
            (#""\u00e9\u4E2d""#, "é中"),
            (#""\uD83D\uDE00""#, "😀"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\uFFFF""#, "\u{FFFF}"),
            ("\"é中😀\u{7F}\u{80}\u{10FFFF}\"", "é中😀\u{7F}\u{80}\u{10FFFF}"), ("\"12345678\"", "12345678"),
            ("\"1234567\\n12345678é12345678\"", "1234567\n12345678é12345678"), ("\"/\u{2028}\"", "/\u{2028}"),
        ] as [(String, WSEValue)])
    func accepts(_ text: String, _ value: WSEValue) throws {
        let parsed = try WSEValue(json: text)
        #expect(parsed == value)
        if case .double(let expected) = value {
            #expect(parsed.doubleValue?.bitPattern == expected.bitPattern)
        }
    }

    @Test(
        arguments: [
            // Nothing, or too little.
            ("", 0), (" ", 1), ("[", 1), ("{", 1), ("[1", 2), ("[1,", 3), ("{\"a\"", 4), ("{\"a\":", 5),
            ("{\"a\":1", 6),
            ("\"", 1), ("\"abc", 4), ("\"\\", 2), ("\"\\u12", 5), ("tru", 0), ("nul", 0), ("fals", 0),
            ("-", 1), ("1.", 2),
            ("1e", 2), ("1e+", 3),
            // Too much.
            ("1 2", 2), ("[]]", 2), ("{}{}", 2), ("nullx", 4), ("[1]\0", 3), ("truefalse", 4),
            // Commas, colons, brackets.
            ("[,]", 1), ("[1,]", 3), ("[1,,2]", 3), ("[1 2]", 3), ("{,}", 1), ("{\"a\":1,}", 7),
            ("{\"a\" 1}", 5),
            ("{\"a\":}", 5), ("{1:2}", 1), ("{a:1}", 1), ("{'a':1}", 1), ("{\"a\":1 \"b\":2}", 7), ("[}", 1),
            ("{]", 1),
            ("[1}", 2), ("{\"a\":1]", 6), ("]", 0), ("}", 0), (":", 0), (",", 0), ("[\"a\":1]", 4),
            ("{\"a\"::1}", 5),
            ("{null:1}", 1), ("{\"a\",\"b\"}", 4),
            // Numbers.
            ("01", 1), ("-01", 2), ("00", 1), ("+1", 0), (".5", 0), ("1.", 2), ("1.e1", 2), ("-.5", 1),
            ("1e", 2), ("1ee2", 2),
            ("1e2.5", 3), ("0x10", 1), ("1_000", 1), ("--1", 1), ("- 1", 1), ("NaN", 0), ("nan", 0),
            ("Infinity", 0),
            ("-Infinity", 1), ("1.2.3", 3), ("1e1e1", 3), ("１", 0),
            // Literals.
            ("True", 0), ("TRUE", 0), ("nulL", 0), ("undefined", 0), ("falsE", 0),
            // Strings.
            ("'a'", 0), ("\"\t\"", 1), ("\"\n\"", 1), ("\"a\u{1F}\"", 2), ("\"\\x41\"", 2), ("\"\\a\"", 2),
            ("\"\\'\"", 2),
            ("\"\\u00g0\"", 5), ("\"\\U0041\"", 2), ("\"\\u 041\"", 3), ("\"\0\"", 1),
            ("\"12345678\u{1}\"", 9),
            ("[\"\\u004\"]", 7),
            // Not JSON at all.
            ("\u{FEFF}[]", 0), ("/* */1", 0), ("[1 // one\n]", 3), ("\u{A0}1", 0), ("\u{B}1", 0), ("#", 0),
        ] as [(String, Int)])
    func refuses(_ text: String, at byte: Int) {
        let error = #expect(throws: WireError.self) { try WSEValue(json: text) }
        #expect(error?.code == .invalidJSON)
        #expect(error?.byteOffset == byte)
    }

    @Test(
        arguments: [
            // Lone and reversed surrogates.
            (#""\uD800""#, 1), (#""\uDC00""#, 1), (#""\uD83Dx""#, 1), (#""\uD83D\n""#, 1),
            (#""\uD83D\uD83D""#, 1),
            (#""\uDE00\uD83D""#, 1), (#""ab\uD83D\u0041""#, 3),
        ] as [(String, Int)])
    func refusesLoneSurrogates(_ text: String, at byte: Int) {
        let error = #expect(throws: WireError.self) { try WSEValue(json: text) }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.byteOffset == byte)
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF],
            [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80], [0xF1, 0x80, 0x80, 0x41], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]])
    func refusesInvalidUTF8(_ sequence: [UInt8]) {
        for prefix in ["", "1234567", "é"] {
            let text = [0x22] + Array(prefix.utf8) + sequence + [0x22]
            let error = #expect(throws: WireError.self) { try WSEValue(json: text.span.bytes) }
            #expect(error?.code == .invalidUTF8)
            #expect(error?.byteOffset == 1 + prefix.utf8.count)
        }
    }

    @Test func everyScalarSurvives() throws {
        for start in stride(from: 0 as UInt32, through: 0x10FFFF, by: 97) {
            guard let scalar = Unicode.Scalar(start), start >= 0x20, start != 0x22, start != 0x5C else {
                continue
            }
            #expect(try WSEValue(json: "\"\(scalar)\"") == .string(String(scalar)))
        }
    }

    @Test func nestingIsLimitedExactly() throws {
        let limits = WireLimits(maximumDepth: 100)
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        // An empty sibling is as deep as the level below it.
        for (open, close, deepest) in [
            ("[", "]", 100), ("{\"a\":", "}", 100), ("[[],", "]", 99), ("{\"a\":{},\"b\":", "}", 99),
        ] {
            _ = try WSEValue(json: nested(deepest, open, close), limits: limits)
            let error = #expect(throws: WireError.self) {
                try WSEValue(json: nested(deepest + 1, open, close), limits: limits)
            }
            #expect(error?.code == .nestingTooDeep)
        }
    }

    @Test func aHundredThousandLevelsAreRefused() {
        for text in [
            String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
            String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000),
        ] {
            let error = #expect(throws: WireError.self) { try WSEValue(json: text) }
            #expect(error?.code == .nestingTooDeep)
            #expect(decode("{\"t\":\"x\",\"p\":" + text).errors.first?.code == .nestingTooDeep)
        }
    }

    @Test func theDeepestConfigurableNestingIsRead() throws {
        let limits = WireLimits(maximumDepth: 5_000)
        #expect(limits.maximumDepth == 1_024)
        let text = String(repeating: "[{\"a\":", count: 512) + "1" + String(repeating: "}]", count: 512)
        var value: WSEValue? = try WSEValue(json: text, limits: limits)
        for _ in 0..<512 { value = value?[0]?["a"] }
        #expect(value == 1)
    }

    @Test func sizeIsLimited() {
        let error = #expect(throws: WireError.self) {
            try WSEValue(json: "[1,2,3]", limits: WireLimits(maximumMessageSize: 6))
        }
        #expect(error?.code == .messageTooLarge)
    }

    /// Scanning goes by words of eight bytes; so what ends a run of plain characters stands at every place in a word.
    @Test func everyPlaceInAWord() throws {
        for length in 0..<40 {
            let plain = String(repeating: "x", count: length)
            for special in ["\\\"", "\\\\", "\\u0041", "é", "中", "😀", "\u{7F}", " ", "~"] {
                for tail in ["", "y", "12345678", "123456789"] {
                    let text = "{\"\(plain)\(special)\(tail)\" : [ \"\(plain)\(special)\(tail)\" ] }"
                    let expected = try WSEValue(json: "\"\(special)\"").stringValue ?? ""
                    let whole = plain + expected + tail
                    #expect(try WSEValue(json: text) == .object([whole: [.string(whole)]]))
                }
            }
            for bad in ["\t", "\0", "\u{1F}", "\\x", "\\ud800 "] {
                let error = #expect(throws: WireError.self) {
                    try WSEValue(json: "[\"\(plain)\(bad)12345678\"]")
                }
                let inside = bad == "\\x" ? 1 : 0
                #expect(error?.byteOffset == 2 + length + inside)
            }
        }
    }

    @Test func numbersOfEveryLength() throws {
        for length in 1..<45 {
            let digits = String((0..<length).map { Character(String(($0 % 9) + 1)) })
            #expect(
                try WSEValue(json: digits) == UInt64(digits).map { WSEValue($0) } ?? .double(Double(digits)!))
            #expect(
                try WSEValue(json: "[-\(digits)]")[0]
                    == Int64("-" + digits).map { .int($0) } ?? .double(-Double(digits)!))
            #expect(try WSEValue(json: "0.\(digits)").doubleValue == Double("0." + digits))
            #expect(decode("{\"t\":\"x\",\"o\":\(digits)}").events.first?.offset == UInt64(digits))
            for bad in ["x", ".", "e", "-", "e+", " 1"] {
                #expect(throws: WireError.self) { try WSEValue(json: digits + bad) }
            }
        }
        #expect(decode("{\"t\":\"x\",\"o\":18446744073709551615}").events.first?.offset == .max)
        #expect(decode("{\"t\":\"x\",\"o\":18446744073709551616}").events.isEmpty)
        #expect(decode("{\"t\":\"x\",\"o\":99999999999999999999}").events.isEmpty)
    }
}
