internal import WSEWire

/// What a person gives as a payload.
enum Payload {
    /// - Parameter text: JSON, `-` for JSON on standard input, or `nil` for `{}`.
    /// - Throws: ``ToolError`` with status `dataError`.
    static func parse(_ text: String?, _ console: Console) throws(ToolError) -> WSEValue {
        guard let text else { return [:] }
        let bytes = text == "-" ? try console.readInput(for: "the payload") : Array(text.utf8)
        do {
            let value = try WSEValue(
                json: bytes.span.bytes, limits: WireLimits(maximumMessageSize: InputFile.limit))
            warn(ofNumbersIn: bytes, console)
            return value
        } catch {
            throw ToolError(
                .dataError, "the payload is not JSON: \(error)",
                advice: #"text wants its quotes: '"like this"'"#)
        }
    }

    /// Tells of the first number that is not sent as it was given, as it has more digits than 64 bits can hold.
    ///
    /// - Parameter json: Valid JSON.
    static func warn(ofNumbersIn json: [UInt8], _ console: Console) {
        guard let number = firstInexactNumber(json) else { return }
        let sent = (try? WSEValue(json: number).jsonText()) ?? "another number"
        console.note(
            console.diagnosticsStyle.yellow(
                "· \(number.clipped(to: 60)) has more digits than a number can keep, and is sent as \(sent); as text, "
                    + "in quotes, it stays as it is"))
    }

    private static func firstInexactNumber(_ json: [UInt8]) -> String? {
        var index = 0
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "\""):
                index += 1
                while index < json.count, json[index] != UInt8(ascii: "\"") {
                    index += json[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                index += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let end = json[index...].firstIndex { !"0123456789.eE+-".utf8.contains($0) } ?? json.count
                let number = String(decoding: json[index..<end], as: UTF8.self)
                // Up to 15 digits always come through.
                if number.utf8.count > 15, case .double(let value)? = try? WSEValue(json: number),
                    significantDigits(number) != significantDigits("\(value)")
                {
                    return number
                }
                index = end
            default: index += 1
            }
        }
        return nil
    }

    /// The digits of a number without sign, point, exponent, and the zeros around them.
    private static func significantDigits(_ number: String) -> [UInt8] {
        let digits = number.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }.filter {
            (0x30...0x39).contains($0)
        }
        let isZero: (UInt8) -> Bool = { $0 == 0x30 }
        return Array(Array(digits.drop(while: isZero)).reversed().drop(while: isZero))
    }

    /// - Parameter text: `critical`, `high`, `normal`, `low`, `background`, or a number.
    static func priority(_ text: String) throws(ToolError) -> MessagePriority {
        switch text {
        case "critical": return .critical
        case "high": return .high
        case "normal": return .normal
        case "low": return .low
        case "background": return .background
        default:
            guard let number = Int(text) else {
                throw ToolError(
                    .usage, "--priority wants critical, high, normal, low, background or a number")
            }
            return MessagePriority(rawValue: number)
        }
    }
}
