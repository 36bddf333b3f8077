extension WireError {
    /// What went wrong inside of a type's `init(from:)`.
    init(decoding error: any Error) {
        switch error {
        case let error as WireError: self = error
        case DecodingError.typeMismatch(_, let context):
            self.init(.typeMismatch, "a value of another type", error, context)
        case DecodingError.valueNotFound(_, let context):
            self.init(.missingValue, "no value", error, context)
        case DecodingError.keyNotFound(let key, let context):
            self.init(.missingKey, "a member is missing", error, context, then: key)
        case DecodingError.dataCorrupted(let context):
            self.init(.invalidValue, "the type refuses the value", error, context)
        default:
            self.init(.invalidValue, "the type refuses the value", underlying: error)
        }
    }

    /// What went wrong inside of a type's `encode(to:)`.
    init(encoding error: any Error) {
        switch error {
        case let error as WireError: self = error
        case EncodingError.invalidValue(_, let context):
            self.init(
                .unrepresentable, "the format cannot carry the value",
                path: context.codingPath.map { WSEValue.PathComponent($0) }, underlying: error)
        default:
            self.init(.unrepresentable, "the type cannot be encoded", underlying: error)
        }
    }

    /// - Parameter general: Stands in for the description of a foreign error, which may show the value.
    private init(
        _ code: Code, _ general: String, _ error: any Error, _ context: DecodingError.Context,
        then key: (any CodingKey)? = nil
    ) {
        let isOwn = context.underlyingError is OwnFailure
        var path = context.codingPath.map { WSEValue.PathComponent($0) }
        if let key { path.append(WSEValue.PathComponent(key)) }
        self.init(
            code, isOwn ? context.debugDescription : general, path: path, underlying: isOwn ? nil : error)
    }
}

extension WSEValue.PathComponent {
    /// A path as people write it: `user.tags[0]`.
    static func description(of path: [WSEValue.PathComponent]) -> String {
        var text = ""
        for component in path {
            switch component {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
