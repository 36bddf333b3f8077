/// One decode call: the validated bytes and an index of the objects being read.
///
/// Everything a `Decoder` or a container has to know is a position in the bytes, so they are small values around
/// a reference to this. Coding paths are not tracked: they are found from a position when
/// somebody asks.
///
/// ## Bounds
/// The bytes passed a scanner, so reading from the position of a value stays inside of it. Positions are
/// produced by walking those bytes only. A type may keep its decoder or container after its `init(from:)`; `owner`
/// keeps the bytes alive for that, and ``MemberIndex`` notices when entries were given back.
final class DecodingSession {
    private(set) var base: UnsafePointer<UInt8>
    /// Where the outermost value begins; -1 if there is none, which reads as `null`.
    private(set) var root: Int
    private(set) var isJSON: Bool
    let options: PayloadDecodingOptions
    let hasTypeStrategies: Bool
    let usesDefaultKeys: Bool
    let index: MemberIndex
    /// How the last path was found, one step for each level; see ``path(to:)``.
    var trail: [PathStep] = []
    private var owner: AnyObject?

    init(
        base: UnsafePointer<UInt8>, root: Int, isJSON: Bool, owner: AnyObject,
        options: PayloadDecodingOptions
    ) {
        self.base = base
        self.root = root
        self.isJSON = isJSON
        self.owner = owner
        self.options = options
        hasTypeStrategies = !options.types.isEmpty
        usesDefaultKeys = options.usesDefaultKeys
        index = MemberIndex()
    }

    deinit {
        index.deallocate()
    }

    /// Begins with other bytes, of which nobody but the caller may know yet.
    func begin(base: UnsafePointer<UInt8>, root: Int, isJSON: Bool, owner: AnyObject) {
        self.base = base
        self.root = root
        self.isJSON = isJSON
        self.owner = owner
    }

    /// Lets go of the bytes. Nobody but the caller may hold the session, and it must ``begin(base:root:isJSON:owner:)``
    /// before anything else.
    func end() {
        owner = nil
        if !trail.isEmpty { trail = [] }
        index.reset()
    }

    /// Decodes any type from the value at `position`.
    func decode<Value: Decodable>(_ type: Value.Type, at position: Int) throws -> Value {
        // Generic code, such as that of arrays, comes here with types that have a way of their own.
        if type == Double.self { return DecodingSession.same(try double(at: position)) }
        if type == String.self { return DecodingSession.same(try string(at: position)) }
        if type == Int.self { return DecodingSession.same(try integer(at: position) as Int) }
        if type == WSEValue.self { return DecodingSession.same(value(at: position)) }
        if type == ExactNumber.self { return DecodingSession.same(try exactNumber(at: position)) }
        let mark = index.mark
        defer { index.giveBack(to: mark) }
        if hasTypeStrategies, let strategy = options.types[ObjectIdentifier(type)] {
            return try decode(type, at: position, strategy)
        }
        let keepsKeys = !usesDefaultKeys && type is any StringKeyedDictionary.Type
        let value = try Value(
            from: PayloadValueDecoder(session: self, position: position, keepsKeys: keepsKeys))
        index.noteFirst(since: mark)
        return value
    }

    /// Apart, since it looks up a type that holds the value or an error, which the usual way has no need of.
    @inline(never)
    private func decode<Value>(
        _ type: Value.Type, at position: Int, _ strategy: ErasedTypeDecodingStrategy
    ) throws -> Value {
        try withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { target in
            let pointer = target.baseAddress.unsafelyUnwrapped
            try strategy.decode(PayloadValueDecoder(session: self, position: position), pointer)
            return pointer.move()
        }
    }

    /// The value as the type that it was just seen to have.
    @inline(__always)
    private static func same<Known, Value>(_ known: Known) -> Value {
        // Only called where Known and Value are one type.
        unsafeBitCast(known, to: Value.self)
    }
}

/// Dictionaries whose keys are data and no coding keys.
protocol StringKeyedDictionary {}

extension Dictionary: StringKeyedDictionary where Key == String {}
