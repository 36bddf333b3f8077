#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
public import WSEWire

extension PayloadDecoder {
    /// A decoder that reads Foundation's types the way Foundation's decoder does unless told otherwise: dates as
    /// seconds since 2001, data as base64 or MessagePack binary, decimals digit by digit, URLs as text.
    public static var foundation: PayloadDecoder {
        var decoder = PayloadDecoder()
        decoder.dateDecodingStrategy = .deferredToDate
        decoder.dataDecodingStrategy = .base64
        decoder[strategyFor: Decimal.self] = DecimalCoding()
        decoder[strategyFor: URL.self] = URLCoding()
        return decoder
    }

    /// How dates are read.
    public var dateDecodingStrategy: DateDecodingStrategy {
        get { self[strategyFor: Date.self] as? DateDecodingStrategy ?? .deferredToDate }
        set { self[strategyFor: Date.self] = newValue }
    }

    /// How data are read.
    public var dataDecodingStrategy: DataDecodingStrategy {
        get { self[strategyFor: Data.self] as? DataDecodingStrategy ?? .deferredToData }
        set { self[strategyFor: Data.self] = newValue }
    }
}

extension PayloadEncoder {
    /// An encoder that writes Foundation's types the way Foundation's encoder does unless told otherwise: dates as
    /// seconds since 2001, data as base64 or MessagePack binary, decimals digit by digit, URLs as text.
    public static var foundation: PayloadEncoder {
        var encoder = PayloadEncoder()
        encoder.dateEncodingStrategy = .deferredToDate
        encoder.dataEncodingStrategy = .base64
        encoder[strategyFor: Decimal.self] = DecimalCoding()
        encoder[strategyFor: URL.self] = URLCoding()
        return encoder
    }

    /// How dates are written.
    public var dateEncodingStrategy: DateEncodingStrategy {
        get { self[strategyFor: Date.self] as? DateEncodingStrategy ?? .deferredToDate }
        set { self[strategyFor: Date.self] = newValue }
    }

    /// How data are written.
    public var dataEncodingStrategy: DataEncodingStrategy {
        get { self[strategyFor: Data.self] as? DataEncodingStrategy ?? .deferredToData }
        set { self[strategyFor: Data.self] = newValue }
    }
}
