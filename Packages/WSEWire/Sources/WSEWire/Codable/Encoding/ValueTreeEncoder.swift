/// Encodes a type into a tree of values that may be filled in any order.
///
/// For the types that ``EncodingSession`` cannot write in one go: those that have several containers open at once.
final class ValueTreeEncoder {
    /// A part of the tree; what it is shows with the first thing encoded into it.
    final class Node {
        private enum Content {
            case nothing
            case value(WSEValue)
            /// What a ``WSEValue`` would round or refuse.
            case float(Float)
            case signed(Int128)
            case unsigned(UInt128)
            case exact(ExactNumber)
            case array([Node])
            /// The keys in the order in which they came first.
            case object([String: Node], keys: [String])
        }

        private var content = Content.nothing

        func set(_ value: WSEValue) { content = .value(value) }
        func set(_ value: Float) { content = .float(value) }
        func set(_ value: Int128) { content = .signed(value) }
        func set(_ value: UInt128) { content = .unsigned(value) }
        func set(_ value: ExactNumber) { content = .exact(value) }

        func becomeArray() {
            if case .array = content { return }
            content = .array([])
        }

        func becomeObject() {
            if case .object = content { return }
            content = .object([:], keys: [])
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
            guard case .object(var nodes, var keys) = content else { return Node() }
            let node = Node()
            content = .nothing
            if nodes.updateValue(node, forKey: key) == nil { keys.append(key) }
            content = .object(nodes, keys: keys)
            return node
        }
    }

    let options: PayloadEncodingOptions

    private init(options: PayloadEncodingOptions) {
        self.options = options
    }

    /// The tree of a value, which is encoded in turn.
    static func tree(of value: some Encodable, options: PayloadEncodingOptions) throws -> Node {
        let root = Node()
        try ValueTreeEncoder(options: options).encode(value, into: root, path: [])
        return root
    }

    func encode<Value: Encodable>(_ value: Value, into node: Node, path: [any CodingKey]) throws {
        if let value = value as? WSEValue { return node.set(value) }
        if let value = value as? ExactNumber { return node.set(value) }
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

/// Keys are converted when the tree is filled, and stay as they are when it is written.
extension ValueTreeEncoder.Node: Encodable, StringKeyedDictionary {
    func encode(to encoder: any Encoder) throws {
        switch content {
        case .nothing: _ = encoder.container(keyedBy: PayloadKey.self)
        case .value(let value): try write(value, to: encoder)
        case .float(let value): try write(value, to: encoder)
        case .signed(let value): try write(value, to: encoder)
        case .unsigned(let value): try write(value, to: encoder)
        case .exact(let value): try write(value, to: encoder)
        case .array(let nodes):
            var container = encoder.unkeyedContainer()
            for node in nodes { try container.encode(node) }
        case .object(let nodes, let keys):
            var container = encoder.container(keyedBy: PayloadKey.self)
            for key in keys { try container.encode(nodes[key], forKey: PayloadKey(key)) }
        }
    }

    private func write(_ value: some Encodable, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
