import Testing

@testable import WSEToolKit

@Suite("Text for people")
struct TextTests {
    @Test(
        "Colours only on terminals that can and where NO_COLOR is not set",
        arguments: [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false),
            (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false), (false, ["TERM": "xterm"], false),
        ] as [(Bool, [String: String], Bool)])
    func colours(isTerminal: Bool, environment: [String: String], isColored: Bool) {
        let style = TextStyle(isTerminal: isTerminal, environment: environment)
        #expect(style.isColored == isColored)
        #expect(style.red("x") == (isColored ? "\u{1B}[31mx\u{1B}[0m" : "x"))
    }

    @Test(
        "What steers a terminal is shown as an escape",
        arguments: [
            ("plain é 😀", "plain é 😀"), ("\u{1B}[31m", #"\u001b[31m"#), ("a\nb\tc", #"a\u000ab\u0009c"#),
            ("\u{9B}", #"\u009b"#), ("\u{7F}", #"\u007f"#), ("\u{202E}x\u{2066}", #"\u202ex\u2066"#),
            ("\u{2028}", #"\u2028"#), ("\u{61C}", #"\u061c"#),
        ])
    func shown(text: String, expected: String) {
        #expect(text.shown == expected)
    }

    @Test(
        "Numbers have their digits",
        arguments: [
            (1.0, 2, "1.00"), (-0.005, 2, "-0.01"), (-0.001, 2, "0.00"), (1234.5678, 0, "1235"),
            (0.999, 2, "1.00"),
            (1e14, 3, "100000000000000.0"), (0, 3, "0.000"), (1e18, 2, "1e+18"),
        ] as [(Double, Int, String)])
    func numbers(number: Double, digits: Int, text: String) {
        #expect(number.fixed(digits) == text)
    }

    @Test(
        "Durations have three digits that count",
        arguments: [
            (.zero, "0 µs"), (.nanoseconds(1_499), "1 µs"), (.microseconds(395), "395 µs"),
            (.microseconds(999), "999 µs"), (.nanoseconds(999_600), "1 ms"), (.milliseconds(1), "1 ms"),
            (.microseconds(1_530), "1.53 ms"), (.microseconds(9_996), "10 ms"),
            (.microseconds(19_640), "19.6 ms"), (.microseconds(881_850), "882 ms"),
            (.microseconds(999_600), "1 s"), (.milliseconds(1_500), "1.5 s"),
            (.milliseconds(12_340), "12.3 s"), (.seconds(30), "30 s"), (.seconds(119), "119 s"),
            (.seconds(120), "2 min"), (.milliseconds(725_400), "12 min 5 s"),
        ] as [(Duration, String)])
    func durations(duration: Duration, text: String) {
        #expect(duration.shown == text)
    }

    @Test("Thousands and sizes")
    func sizes() {
        #expect(1_234_567.grouped == "1,234,567")
        #expect((-1_234).grouped == "-1,234")
        #expect(Int64.min.grouped == "-9,223,372,036,854,775,808")
        #expect(999.byteSize == "999 B")
        #expect(1_500.byteSize == "1.5 kB")
        #expect(UInt64(2_600_000).byteSize == "2.6 MB")
    }

    @Test(
        "Wide characters take two columns, and combined ones those of their base",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("ｶﾅ", 2), ("한글", 4), ("😀", 2),
            ("👨‍👩‍👧‍👦", 2), ("❤️", 2), ("…·µ", 3),
        ])
    func columns(text: String, columns: Int) {
        #expect(text.columns == columns)
    }

    @Test("What is wide is neither cut in two nor padded too far")
    func wide() {
        #expect("日本語".clipped(to: 5) == "日本…")
        #expect("日本語".clipped(to: 4) == "日…")
        #expect("日本語".clipped(to: 6) == "日本語")
        #expect("日本".padded(to: 6) == "日本  ")
        #expect("日本".aligned(to: 5) == " 日本")
        #expect("\u{1B}[31m日本語\u{1B}[0m".clippedVisibly(to: 4) == "\u{1B}[31m日…\u{1B}[0m")
    }

    @Test("Clipping counts characters")
    func clipping() {
        #expect("abcdef".clipped(to: 3) == "ab…")
        #expect("abc".clipped(to: 3) == "abc")
        #expect("abc".clipped(to: nil) == "abc")
        #expect("abc".clipped(to: 0) == "")
    }

    @Test("Marks take no room, and none is left open or cut in two")
    func clippingMarks() {
        let text = "\u{1B}[31mab\u{1B}[0mcd"
        #expect(text.clippedVisibly(to: 4) == text)
        #expect(text.clippedVisibly(to: 3) == "\u{1B}[31mab\u{1B}[0m…\u{1B}[0m")
        #expect(text.clippedVisibly(to: 2) == "\u{1B}[31ma…\u{1B}[0m")
        #expect(text.clippedVisibly(to: 0) == "")
        #expect(text.clippedVisibly(to: nil) == text)
        #expect("abcdef".clippedVisibly(to: 3) == "ab…")
    }

    @Test(
        "Times of envelopes are read back",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-23T02:39:00.123Z", 1_795_401_540_123),
            ("2024-02-29T23:59:59.9Z", 1_709_251_199_900), ("2000-03-01T00:00:00.000001Z", 951_868_800_000),
        ] as [(String, UInt64)])
    func times(text: String, milliseconds: UInt64) {
        #expect(ISOTime.unixMilliseconds(text) == milliseconds)
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "2026-11-23", "2026-13-01T00:00:00Z", "2026-02-31T00:00:00Z", "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-11-23T02:39:00",
            "2026-11-23T02:39:00.Z",
            "1969-12-31T23:59:59Z",
            "2026-11-23T02:39:00.12x3Z", "2026/11/23T02:39:00Z", "éééééééééééééééééé00Z",
        ])
    func noTimes(text: String) {
        #expect(ISOTime.unixMilliseconds(text) == nil)
    }
}
