/// One encode call: the output and which containers are open in it.
///
/// Output is written in the order in which a type encodes, and a container is closed once something is written
/// outside of it. Types that go back to a container after that are rare; they are noticed (``isInterleaved``), and
/// the value is encoded once more, by way of a ``ValueTreeEncoder`` that can wait.
///
/// The run-time checks for exclusive access are off for what every field reads and writes. Nothing calls out of this
/// package while it is accessed.
final class EncodingSession {
    struct Restart: Error {}

    struct OpenContainer {
        /// Tells a container from a later one at the same depth.
        var name: UInt32
        var isObject: Bool
        /// Where its first byte is.
        var start: Int
        /// How many members or elements have been begun.
        var count = 0
        /// Where the last member or element begins, with the comma before it.
        var lastStart = 0
        /// Where the key of the last member begins; 0 where there is none.
        var lastKey = 0
    }

    struct State: ~Copyable {
        var output: OutputBuffer
        var open: [OpenContainer] = []
        var lastName: UInt32 = 0
        var isInterleaved = false
        /// Whether a container was opened deeper than is allowed.
        var isTooDeep = false
        /// Where a value is due that a `superEncoder` was handed out for; -1 if none is.
        var due = -1
    }

    let isJSON: Bool
    let options: PayloadEncodingOptions
    let hasTypeStrategies: Bool
    let usesDefaultKeys: Bool
    @exclusivity(unchecked) var state: State

    /// - Parameter output: Written to from where it ends; ``takeOutput()`` gives it back.
    init(isJSON: Bool, options: PayloadEncodingOptions, output: consuming OutputBuffer) {
        self.isJSON = isJSON
        self.options = options
        hasTypeStrategies = !options.types.isEmpty
        usesDefaultKeys = options.keys.isDefault
        state = State(output: output)
        state.open.reserveCapacity(4)
    }

    @inline(__always)
    var byteCount: Int { state.output.count }

    /// Hands the output over; nothing may be encoded after that.
    func takeOutput() -> OutputBuffer {
        var output = OutputBuffer(capacity: 0)
        swap(&output, &state.output)
        return output
    }

    func encodeTopLevel(_ value: some Encodable) throws {
        let start = byteCount
        do {
            try encode(value, depth: 0)
            if !state.isInterleaved { return }
        } catch is Restart {}
        state.output.truncate(to: start)
        state.open.removeAll(keepingCapacity: true)
        state.isInterleaved = false
        state.due = -1
        try encode(try ValueTreeEncoder.tree(of: value, options: options), depth: 0)
    }

    /// Encodes any type as the next value.
    ///
    /// - Parameter depth: How many containers are open around it.
    func encode<Value: Encodable>(_ value: Value, depth: Int) throws {
        // Generic code, such as that of arrays, comes here with types that have a way of their own.
        if Value.self == Double.self { return try write(unsafeBitCast(value, to: Double.self)) }
        if Value.self == String.self { return try write(unsafeBitCast(value, to: String.self)) }
        if Value.self == Int.self { return write(Int64(unsafeBitCast(value, to: Int.self))) }
        if Value.self == WSEValue.self { return try write(unsafeBitCast(value, to: WSEValue.self)) }
        if Value.self == ExactNumber.self { return try write(unsafeBitCast(value, to: ExactNumber.self)) }
        // Checked before the type is asked, as its own recursion is what would exhaust the stack.
        if depth > WireLimits.deepest { try WireLimits.checkDepth(depth) }
        let start = byteCount
        let encoder = PayloadValueEncoder(
            session: self, depth: depth, start: start,
            keepsKeys: !usesDefaultKeys && Value.self is any StringKeyedDictionary.Type)
        if hasTypeStrategies, let strategy = options.types[ObjectIdentifier(Value.self)] {
            try withUnsafePointer(to: value) { try strategy.encode($0, encoder) }
        } else {
            try value.encode(to: encoder)
        }
        if state.isTooDeep { try WireLimits.checkDepth(WireLimits.deepest) }
        guard !state.isInterleaved else { throw Restart() }
        try close(downTo: depth)
        // A type that encodes nothing is an object without members.
        if byteCount == start { writeEmptyObject() }
    }
}
