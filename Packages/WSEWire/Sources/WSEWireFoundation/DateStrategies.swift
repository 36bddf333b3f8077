#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import WSEWire

/// How a `PayloadDecoder` reads dates. A MessagePack timestamp is a date under each of them.
public enum DateDecodingStrategy: TypeDecodingStrategy {
    /// As `Date` does: seconds since 2001 as a number.
    case deferredToDate
    /// Seconds since 1970 as a number.
    case secondsSince1970
    /// Milliseconds since 1970 as a number.
    case millisecondsSince1970
    /// ISO 8601 text, with or without a fraction of the second: what an envelope's `ts` has.
    case iso8601
    /// By a function of your own.
    case custom(@Sendable (_ decoder: any Decoder) throws -> Date)

    public func decode(from decoder: any Decoder) throws -> Date {
        if case .custom(let decode) = self { return try decode(decoder) }
        let container = try decoder.singleValueContainer()
        if let date = try DateDecodingStrategy.timestamp(in: container) { return date }
        switch self {
        case .deferredToDate, .custom:
            return Date(timeIntervalSinceReferenceDate: try container.decode(Double.self))
        case .secondsSince1970: return Date(timeIntervalSince1970: try container.decode(Double.self))
        case .millisecondsSince1970:
            return Date(timeIntervalSince1970: try container.decode(Double.self) / 1_000)
        case .iso8601:
            let text = try container.decode(String.self)
            let styles = [
                Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle(),
            ]
            for style in styles {
                if let date = try? style.parse(text) { return date }
            }
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected a date in ISO 8601")
        }
    }

    private static func timestamp(in container: any SingleValueDecodingContainer) throws -> Date? {
        guard let timestamp = try container.decode(WSEValue.self).timestamp else { return nil }
        return Date(
            timeIntervalSince1970: Double(timestamp.seconds) + Double(timestamp.nanoseconds) / 1e9)
    }
}

/// How a `PayloadEncoder` writes dates.
public enum DateEncodingStrategy: TypeEncodingStrategy {
    /// As `Date` does: seconds since 2001 as a number.
    case deferredToDate
    /// Seconds since 1970 as a number.
    case secondsSince1970
    /// Milliseconds since 1970 as a number.
    case millisecondsSince1970
    /// ISO 8601 text with milliseconds, in UTC.
    case iso8601
    /// A MessagePack timestamp; ISO 8601 text in JSON.
    case timestamp
    /// By a function of your own.
    case custom(@Sendable (_ date: Date, _ encoder: any Encoder) throws -> Void)

    public func encode(_ date: Date, to encoder: any Encoder) throws {
        if case .custom(let encode) = self { return try encode(date, encoder) }
        var container = encoder.singleValueContainer()
        switch self {
        case .deferredToDate, .custom: try container.encode(date.timeIntervalSinceReferenceDate)
        case .secondsSince1970: try container.encode(date.timeIntervalSince1970)
        case .millisecondsSince1970: try container.encode(1_000 * date.timeIntervalSince1970)
        case .iso8601:
            try container.encode(Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date))
        case .timestamp:
            let seconds = date.timeIntervalSince1970.rounded(.down)
            guard let whole = Int64(exactly: seconds) else {
                throw EncodingError.invalidValue(
                    date,
                    EncodingError.Context(
                        codingPath: encoder.codingPath, debugDescription: "too far off for a timestamp"))
            }
            let fraction = (date.timeIntervalSince1970 - seconds) * 1e9
            try container.encode(
                WSEValue(MessagePackTimestamp(seconds: whole, nanoseconds: UInt32(fraction))))
        }
    }
}
