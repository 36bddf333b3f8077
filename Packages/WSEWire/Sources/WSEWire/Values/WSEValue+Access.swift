extension WSEValue {
    /// One step into a value: a key of an object or an index of an array.
    public enum PathComponent: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        /// The member of that name.
        case key(String)
        /// The element at that index, from 0.
        case index(Int)

        public init(stringLiteral value: String) { self = .key(value) }
        public init(integerLiteral value: Int) { self = .index(value) }
    }

    /// The member of that name; `nil` if there is none or this is no object.
    public subscript(key: String) -> WSEValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members[key]
        }
        set {
            guard case .object(var members) = self else { return }
            self = .null
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The member of that name, spelled with a dot: `order.limit?.doubleValue`.
    public subscript(dynamicMember key: String) -> WSEValue? {
        self[key]
    }

    /// The element at that index; `nil` if there is none or this is no array.
    public subscript(index: Int) -> WSEValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The value at the end of a path, such as `value["user", "tags", 0]`.
    public subscript(first: PathComponent, second: PathComponent, more: PathComponent...) -> WSEValue? {
        self[path: [first, second] + more]
    }

    /// The value at the end of a path.
    public subscript(path path: some Sequence<PathComponent>) -> WSEValue? {
        var value = self
        for component in path {
            let next: WSEValue? =
                switch component {
                case .key(let key): value[key]
                case .index(let index): value[index]
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }

    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The Boolean; `nil` for any other case.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number if it is an integer that fits, also one written as `3.0`; `nil` otherwise.
    public var intValue: Int? { integer(as: Int.self) }

    /// The number if it is an unsigned integer that fits; `nil` otherwise.
    public var uintValue: UInt64? { integer(as: UInt64.self) }

    /// The number exactly, as any integer type; `nil` if it is none or does not fit.
    public func integer<Integer: FixedWidthInteger>(as type: Integer.Type = Integer.self) -> Integer? {
        switch self {
        case .int(let value): Integer(exactly: value)
        case .uint(let value): Integer(exactly: value)
        case .double(let value): Integer(exactly: value)
        default: nil
        }
    }

    /// Any number as the nearest `Double`; `nil` for other cases.
    public var doubleValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .uint(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The text; `nil` for any other case.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The bytes; `nil` for any other case.
    public var binaryValue: [UInt8]? {
        if case .binary(let value) = self { value } else { nil }
    }

    /// The elements; `nil` for any other case.
    public var arrayValue: [WSEValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members; `nil` for any other case.
    public var objectValue: [String: WSEValue]? {
        if case .object(let value) = self { value } else { nil }
    }
}
