extension WSEValue: Codable {
    /// Reads any value, also through other coders than this package's; those know no ``binary(_:)`` and no
    /// ``ext(type:data:)``.
    public init(from decoder: any Decoder) throws {
        if let container = try? decoder.singleValueContainer() {
            if container.decodeNil() {
                self = .null
                return
            }
            if let scalar = WSEValue(scalarIn: container) {
                self = scalar
                return
            }
        }
        if var container = try? decoder.unkeyedContainer() {
            var elements: [WSEValue] = []
            while !container.isAtEnd { elements.append(try container.decode(WSEValue.self)) }
            self = .array(elements)
            return
        }
        let container = try decoder.container(keyedBy: PayloadKey.self)
        var members: [String: WSEValue] = [:]
        for key in container.allKeys {
            members[key.stringValue] = try container.decode(WSEValue.self, forKey: key)
        }
        self = .object(members)
    }

    private init?(scalarIn container: any SingleValueDecodingContainer) {
        if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .int(value)
        } else if let value = try? container.decode(UInt64.self) {
            self = .uint(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else {
            return nil
        }
    }

    /// Writes any value, also through other coders than this package's: those get bytes as base64 text and
    /// timestamps as ISO 8601 text.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let members):
            var container = encoder.container(keyedBy: PayloadKey.self)
            for (key, member) in members { try container.encode(member, forKey: PayloadKey(key)) }
        default:
            var container = encoder.singleValueContainer()
            switch self {
            case .null, .array, .object: try container.encodeNil()
            case .bool(let value): try container.encode(value)
            case .int(let value): try container.encode(value)
            case .uint(let value): try container.encode(value)
            case .double(let value): try container.encode(value)
            case .string(let value): try container.encode(value)
            case .binary(let bytes): try container.encode(Base64.text(bytes))
            case .ext(let type, _):
                guard let timestamp else {
                    throw EncodingError.invalidValue(
                        self,
                        EncodingError.Context(
                            codingPath: encoder.codingPath,
                            debugDescription: "a MessagePack extension of type \(type)"))
                }
                try container.encode(timestamp.description)
            }
        }
    }

    /// Any `Encodable` as a value.
    ///
    /// - Throws: ``WireError`` with code `unrepresentable` or `nestingTooDeep`.
    public init(encoding value: some Encodable, using encoder: PayloadEncoder = PayloadEncoder())
        throws(WireError)
    {
        let bytes = try encoder.messagePack(value)
        self = try WSEValue(messagePack: bytes.span.bytes, limits: .whatever)
    }

    /// The value as any `Decodable`.
    ///
    /// - Throws: ``WireError`` with the ``WireError/path`` to the part that does not fit the type.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, using decoder: PayloadDecoder = PayloadDecoder()
    ) throws(WireError) -> Value {
        let bytes = try messagePack()
        return try decoder.decode(type, fromMessagePack: bytes.span.bytes, limits: .whatever)
    }
}

extension WireLimits {
    /// For values of our own, which no peer had a hand in.
    static let whatever = WireLimits(maximumMessageSize: .max, maximumDepth: .max)
}
