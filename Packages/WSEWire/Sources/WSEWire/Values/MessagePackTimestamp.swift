/// MessagePack's extension of type -1: a point in time in seconds and nanoseconds.
public struct MessagePackTimestamp: Sendable, Hashable {
    /// The type of the extension.
    public static let extensionType: Int8 = -1

    /// Seconds since 1970.
    public var seconds: Int64
    /// Nanoseconds within the second, up to 999,999,999; more count as that.
    public var nanoseconds: UInt32 {
        didSet { nanoseconds = min(nanoseconds, 999_999_999) }
    }

    /// - Parameters:
    ///   - seconds: Since 1970; negative before it.
    ///   - nanoseconds: Values above 999,999,999 count as that.
    public init(seconds: Int64, nanoseconds: UInt32 = 0) {
        self.seconds = seconds
        self.nanoseconds = min(nanoseconds, 999_999_999)
    }

    /// Reads the content of the extension; `nil` if it is none of its three forms.
    init?(_ data: some Collection<UInt8>) {
        var bits: UInt64 = 0
        switch data.count {
        case 4:
            for byte in data { bits = bits << 8 | UInt64(byte) }
            self.init(seconds: Int64(bits))
        case 8:
            for byte in data { bits = bits << 8 | UInt64(byte) }
            guard bits >> 34 < 1_000_000_000 else { return nil }
            self.init(seconds: Int64(bits & 0x3_FFFF_FFFF), nanoseconds: UInt32(bits >> 34))
        case 12:
            var nanoseconds: UInt32 = 0
            for byte in data.prefix(4) { nanoseconds = nanoseconds << 8 | UInt32(byte) }
            for byte in data.dropFirst(4) { bits = bits << 8 | UInt64(byte) }
            guard nanoseconds < 1_000_000_000 else { return nil }
            self.init(seconds: Int64(bitPattern: bits), nanoseconds: nanoseconds)
        default: return nil
        }
    }

    /// The content of the extension in its shortest form.
    var data: [UInt8] {
        func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
        }
        guard seconds >> 34 == 0 else {
            return bytes(UInt64(nanoseconds), 4) + bytes(UInt64(bitPattern: seconds), 8)
        }
        let bits = UInt64(nanoseconds) << 34 | UInt64(seconds)
        return bytes(bits, bits >> 32 == 0 ? 4 : 8)
    }
}

extension MessagePackTimestamp: CustomStringConvertible {
    /// ISO 8601 text in UTC with as many of the nanoseconds' digits as there are, in groups of three.
    public var description: String {
        var output = OutputBuffer(capacity: 48)
        Timestamp.append(seconds: seconds, to: &output)
        if nanoseconds > 0 {
            output.append(UInt8(ascii: "."))
            var digits = nanoseconds
            var width = 9
            while digits % 1_000 == 0 {
                digits /= 1_000
                width -= 3
            }
            output.write(UInt64(digits), width: width)
        }
        output.append(UInt8(ascii: "Z"))
        return output.text()
    }
}

extension WSEValue {
    /// The timestamp that this value is; `nil` for anything but a MessagePack timestamp.
    public var timestamp: MessagePackTimestamp? {
        guard case .ext(MessagePackTimestamp.extensionType, let data) = self else { return nil }
        return MessagePackTimestamp(data)
    }

    /// A MessagePack timestamp; in JSON it is written as ISO 8601 text.
    public init(_ timestamp: MessagePackTimestamp) {
        self = .ext(type: MessagePackTimestamp.extensionType, data: timestamp.data)
    }
}
