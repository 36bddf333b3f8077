/// ISO 8601 text in UTC with milliseconds, as the envelope's `ts` has it.
public enum Timestamp {
    /// For example `2026-01-31T23:59:59.042Z`.
    ///
    /// - Parameter unixMilliseconds: Milliseconds since 1970.
    public static func text(unixMilliseconds: UInt64) -> String {
        var bytes: [UInt8] = []
        append(unixMilliseconds: unixMilliseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(unixMilliseconds: UInt64, to bytes: inout [UInt8]) {
        let (days, withinDay) = unixMilliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        let (year, month, day) = civil(days: Int64(clamping: days))
        pad(year, 4, &bytes)
        bytes.append(UInt8(ascii: "-"))
        pad(month, 2, &bytes)
        bytes.append(UInt8(ascii: "-"))
        pad(day, 2, &bytes)
        bytes.append(UInt8(ascii: "T"))
        pad(Int64(withinDay / 3_600_000), 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        pad(Int64(withinDay / 60_000 % 60), 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        pad(Int64(withinDay / 1_000 % 60), 2, &bytes)
        bytes.append(UInt8(ascii: "."))
        pad(Int64(withinDay % 1_000), 3, &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// The proleptic Gregorian date of a day number; years begin in March here, so that leap days come last.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func pad(_ value: Int64, _ width: Int, _ bytes: inout [UInt8]) {
        let text = String(value)
        for _ in 0..<max(0, width - text.utf8.count) { bytes.append(UInt8(ascii: "0")) }
        bytes.append(contentsOf: text.utf8)
    }
}
