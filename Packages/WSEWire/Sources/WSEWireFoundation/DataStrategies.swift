#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
public import WSEWire

/// How a `PayloadDecoder` reads `Data`. A MessagePack binary is data under each but ``custom(_:)``.
public enum DataDecodingStrategy: TypeDecodingStrategy {
    /// As `Data` does: an array of numbers.
    case deferredToData
    /// Base64 text.
    case base64
    /// By a function of your own.
    case custom(@Sendable (_ decoder: any Decoder) throws -> Data)

    public func decode(from decoder: any Decoder) throws -> Data {
        if case .custom(let decode) = self { return try decode(decoder) }
        let container = try decoder.singleValueContainer()
        if let bytes = try container.decode(WSEValue.self).binaryValue { return Data(bytes) }
        if case .deferredToData = self { return Data(try container.decode([UInt8].self)) }
        guard let data = Data(base64Encoded: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected base64")
        }
        return data
    }
}

/// How a `PayloadEncoder` writes `Data`.
public enum DataEncodingStrategy: TypeEncodingStrategy {
    /// As `Data` does: an array of numbers.
    case deferredToData
    /// A MessagePack binary; base64 text in JSON.
    case base64
    /// By a function of your own.
    case custom(@Sendable (_ data: Data, _ encoder: any Encoder) throws -> Void)

    public func encode(_ data: Data, to encoder: any Encoder) throws {
        if case .custom(let encode) = self { return try encode(data, encoder) }
        var container = encoder.singleValueContainer()
        if case .deferredToData = self {
            try container.encode([UInt8](data))
        } else {
            try container.encode(WSEValue.binary([UInt8](data)))
        }
    }
}
