/// Encodes a type into a tree of values that may be filled in any order.
///
/// For the types that ``EncodingSession`` cannot write in one go: those that have several containers open at once.
final class ValueTreeEncoder {
    /// A part of the tree; what it is shows with the first thing encoded into it.
    final class Node {
        private enum Content {
            case nothing
            case value(WSEValue)
            case array([Node])
            case object([String: Node])
        }

        private var content = Content.nothing

        var value: WSEValue {
            switch content {
            case .nothing: .object([:])
            case .value(let value): value
            case .array(let nodes): .array(nodes.map(\.value))
            case .object(let nodes): .object(nodes.mapValues(\.value))
            }
        }

        func set(_ value: WSEValue) { content = .value(value) }

        func becomeArray() {
            if case .array = content { return }
            content = .array([])
        }

        func becomeObject() {
            if case .object = content { return }
            content = .object([:])
        }

        var count: Int { if case .array(let nodes) = content { nodes.count } else { 0 } }

        func append() -> Node {
            guard case .array(var nodes) = content else { return Node() }
            let node = Node()
            // Without a second owner the array grows in place.
            content = .nothing
            nodes.append(node)
            content = .array(nodes)
            return node
        }

        func insert(_ key: String) -> Node {
            guard case .object(var nodes) = content else { return Node() }
            let node = Node()
            content = .nothing
            nodes[key] = node
            content = .object(nodes)
            return node
        }
    }

    let options: PayloadEncodingOptions

    private init(options: PayloadEncodingOptions) {
        self.options = options
    }

    static func value(of value: some Encodable, options: PayloadEncodingOptions) throws -> WSEValue {
        let root = Node()
        try ValueTreeEncoder(options: options).encode(value, into: root, path: [])
        return root.value
    }

    func encode<Value: Encodable>(_ value: Value, into node: Node, path: [any CodingKey]) throws {
        if let value = value as? WSEValue { return node.set(value) }
        if path.count > WireLimits.deepest { try WireLimits.checkDepth(path.count) }
        let keepsKeys = Value.self is any StringKeyedDictionary.Type
        let encoder = ValueTreeNodeEncoder(tree: self, node: node, codingPath: path, keepsKeys: keepsKeys)
        if let strategy = options.types[ObjectIdentifier(Value.self)] {
            try withUnsafePointer(to: value) { try strategy.encode($0, encoder) }
        } else {
            try value.encode(to: encoder)
        }
    }

    func convert(_ key: any CodingKey, path: [any CodingKey], keepsKeys: Bool) -> String {
        if keepsKeys { return key.stringValue }
        return switch options.keys {
        case .useDefaultKeys: key.stringValue
        case .convertToSnakeCase: SnakeCase.fromCamelCase(key.stringValue)
        case .custom(let convert): convert(path + [key]).stringValue
        }
    }
}
