/// ISO 8601 text in UTC with milliseconds, as the envelope's `ts` has it.
public enum Timestamp {
    /// For example `2026-01-31T23:59:59.042Z`.
    ///
    /// - Parameter unixMilliseconds: Milliseconds since 1970.
    public static func text(unixMilliseconds: UInt64) -> String {
        var output = OutputBuffer(capacity: 32)
        append(unixMilliseconds: unixMilliseconds, to: &output)
        return output.text()
    }

    static func append(unixMilliseconds: UInt64, to output: inout OutputBuffer) {
        let (seconds, milliseconds) = unixMilliseconds.quotientAndRemainder(dividingBy: 1_000)
        append(seconds: Int64(seconds), to: &output)
        output.append(UInt8(ascii: "."))
        pad(Int64(milliseconds), 3, &output)
        output.append(UInt8(ascii: "Z"))
    }

    /// Date and time without fraction and zone, such as `2026-01-31T23:59:59`.
    static func append(seconds: Int64, to output: inout OutputBuffer) {
        var (days, withinDay) = seconds.quotientAndRemainder(dividingBy: 86_400)
        if withinDay < 0 {
            days -= 1
            withinDay += 86_400
        }
        let (year, month, day) = civil(days: days)
        if year < 0 { output.append(UInt8(ascii: "-")) }
        pad(abs(year), 4, &output)
        output.append(UInt8(ascii: "-"))
        pad(month, 2, &output)
        output.append(UInt8(ascii: "-"))
        pad(day, 2, &output)
        output.append(UInt8(ascii: "T"))
        pad(withinDay / 3_600, 2, &output)
        output.append(UInt8(ascii: ":"))
        pad(withinDay / 60 % 60, 2, &output)
        output.append(UInt8(ascii: ":"))
        pad(withinDay % 60, 2, &output)
    }

    /// The proleptic Gregorian date of a day number; years begin in March here, so that leap days come last.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// A number that is not negative, with zeros in front up to `width` digits.
    @inline(__always)
    private static func pad(_ value: Int64, _ width: Int, _ output: inout OutputBuffer) {
        guard width > 2, value > 9_999 else { return output.write(value.magnitude, width: width) }
        output.writeJSON(value.magnitude)
    }
}
