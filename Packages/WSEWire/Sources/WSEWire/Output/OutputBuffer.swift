/// Bytes being written, with room made ahead of time so that most writes are plain stores.
///
/// An array would check for sharing and for room at every byte. The owner copies the result out once.
///
/// ## Bounds
/// `base` points at `capacity` bytes, the first `count` of which are initialised. ``reserve(_:)`` comes before every
/// store and asks for all that is stored. Memory that it was lent is left for its own once it does not suffice.
struct OutputBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>?
    private var capacity: Int
    private var isLent = false
    private(set) var count = 0

    /// - Parameter capacity: 0 for one that allocates nothing until it is written to.
    init(capacity: Int = 512) {
        base = capacity > 0 ? .allocate(capacity: capacity) : nil
        self.capacity = capacity
    }

    /// Writes into memory that outlives it, as long as that suffices.
    private init(lent memory: UnsafeMutableBufferPointer<UInt8>) {
        base = memory.baseAddress
        capacity = memory.count
        isLent = true
    }

    deinit {
        if !isLent { base?.deallocate() }
    }

    /// Appends what `write` writes to an array. Where it throws, the array is as before.
    @inline(__always)
    static func append<Failure: Error>(
        to target: inout [UInt8], _ write: (inout OutputBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        var failure: Failure?
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1_024) { memory in
            // Messages are small as a rule: what fits the stack is not allocated.
            var output = OutputBuffer(lent: memory)
            do throws(Failure) {
                try write(&output)
                output.copy(to: &target)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Where the next byte goes; only asked for after ``reserve(_:)`` of at least one byte.
    @inline(__always)
    private var end: UnsafeMutablePointer<UInt8> { base.unsafelyUnwrapped + count }

    /// What has been written.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Makes room for `more` bytes.
    @inline(__always)
    mutating func reserve(_ more: Int) {
        if capacity &- count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        if let base {
            moved.moveInitialize(from: base, count: count)
            if !isLent { base.deallocate() }
        }
        base = moved
        capacity = larger
        isLent = false
    }

    /// Stores a byte that room was reserved for.
    @inline(__always)
    mutating func store(_ byte: UInt8) {
        end.pointee = byte
        count &+= 1
    }

    /// Stores 8 bytes, of which `used` count; room was reserved for all 8.
    @inline(__always)
    mutating func store(_ word: UInt64, used: Int) {
        UnsafeMutableRawPointer(end).storeBytes(of: word, as: UInt64.self)
        count &+= used
    }

    /// Lets `fill` write up to `most` bytes and say how many.
    @inline(__always)
    mutating func store(atMost most: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Int) {
        reserve(most)
        count &+= fill(end)
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        store(byte)
    }

    @inline(__always)
    mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        reserve(source.count)
        UnsafeMutableRawPointer(end).copyMemory(from: start, byteCount: source.count)
        count &+= source.count
    }

    @inline(__always)
    mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
        append(UnsafeRawBufferPointer(source))
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ source: [UInt8]) {
        source.withUnsafeBytes { append($0) }
    }

    /// The text's bytes as they are.
    @inline(__always)
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Forgets what was written behind `count`.
    mutating func truncate(to count: Int) {
        self.count = min(count, self.count)
    }

    /// Puts `bytes` in the place of the one at `index`.
    mutating func replace(byteAt index: Int, with bytes: UnsafeRawBufferPointer) {
        guard index < count, let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        let target = end - count + index
        (target + bytes.count).update(from: target + 1, count: count &- index &- 1)
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
        count &+= bytes.count &- 1
    }

    /// Appends what was written to an array.
    func copy(to target: inout [UInt8]) {
        target.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }

    func text() -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
