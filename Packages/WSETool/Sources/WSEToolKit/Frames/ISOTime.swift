internal import WSEWire

/// The time format of envelopes, read back.
enum ISOTime {
    /// Milliseconds since 1970 of `2026-01-31T12:00:00.123Z`, with any number of digits behind the second; `nil` for
    /// anything else, and for times before 1970.
    static func unixMilliseconds(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        for (index, mark) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        where bytes[index] != mark.utf8.first { return nil }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            year >= 1970, (1...12).contains(month), (1...length(of: month, year)).contains(day), hour < 24,
            minute < 60,
            second < 61
        else { return nil }
        var milliseconds = 0
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), bytes.count > 21, bytes.count < 32,
                number(20..<bytes.count - 1) != nil
            else { return nil }
            let digits = (String(decoding: bytes[20..<bytes.count - 1], as: UTF8.self) + "00").prefix(3)
            milliseconds = Int(digits) ?? 0
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        return UInt64(seconds * 1_000 + milliseconds)
    }

    private static func length(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970 in the Gregorian calendar, counted in years that begin in March, so that the leap day is last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    /// A time for people.
    static func text(unixSeconds: Int64) -> String {
        guard unixSeconds >= 0, unixSeconds < 253_402_300_800 else { return "\(unixSeconds) s" }
        return String(Timestamp.text(unixMilliseconds: UInt64(unixSeconds) * 1_000).prefix(19)) + "Z"
    }
}
