/// What is at the end of a path, read as ``WSEValue`` reads it: `event.payload.order.limit.doubleValue`. A member of a
/// payload that is itself called so is reached by a subscript: `event.payload.order["doubleValue"]`.
extension PayloadPath {
    /// The Boolean there; `nil` for anything else, or nothing.
    public var boolValue: Bool? { value?.boolValue }

    /// The integer there if it fits; `nil` for anything else, or nothing. See ``WSEValue/intValue``.
    public var intValue: Int? { value?.intValue }

    /// The unsigned integer there if it fits; `nil` for anything else, or nothing.
    public var uintValue: UInt64? { value?.uintValue }

    /// The number there as the nearest `Double`; `nil` for anything else, or nothing.
    public var doubleValue: Double? { value?.doubleValue }

    /// The text there; `nil` for anything else, or nothing.
    public var stringValue: String? { value?.stringValue }

    /// The bytes there; `nil` for anything else, or nothing.
    public var binaryValue: [UInt8]? { value?.binaryValue }

    /// The elements there; `nil` for anything else, or nothing.
    public var arrayValue: [WSEValue]? { value?.arrayValue }

    /// The members there; `nil` for anything else, or nothing.
    public var objectValue: [String: WSEValue]? { value?.objectValue }
}

extension PayloadPath: CustomStringConvertible {
    /// What is there as text for people, or `nil`. It may be confidential, so keep it out of logs.
    public var description: String { value?.description ?? "nil" }
}
