extension JSONScanner {
    /// Skips one value of any kind and depth; leading white space is allowed.
    ///
    /// Works without recursion: which kinds of container are open is a stack of bits.
    @inline(__always)
    mutating func skipValue(depth: Int, maximumDepth: Int) throws(JSONFailure) {
        skipWhitespace()
        switch byte {
        case UInt8(ascii: "\""):
            position &+= 1
            _ = try skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            position = try endOfContainer(depth: depth, maximumDepth: maximumDepth)
        default:
            try skipScalar()
        }
    }

    @inline(__always)
    mutating func skipScalar() throws(JSONFailure) {
        if byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10 {
            position = try endOfNumber().end
        } else {
            position = try endOfNonNumber()
        }
    }

    @inline(never)
    private func endOfNonNumber() throws(JSONFailure) -> Int {
        switch byte {
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): try endOfLiteral()
        default: throw failure(.unexpectedByte)
        }
    }

    /// The index behind the array or object whose opening bracket is the current byte.
    ///
    /// Keeps up to 64 open containers as bits and calls itself for what lies deeper, so the limit of 1,024 levels
    /// makes 16 calls.
    ///
    /// - Parameter depth: How many containers are open around it.
    @inline(never)
    func endOfContainer(depth: Int, maximumDepth: Int) throws(JSONFailure) -> Int {
        var scanner = self
        var open = OpenContainers()
        let allowed = maximumDepth &- depth
        repeat {
            // Here the current byte opens a container.
            let isObject = scanner.byte == UInt8(ascii: "{")
            guard open.count < allowed else { throw JSONFailure(.tooDeep, at: scanner.position) }
            if open.isFull {
                scanner.position = try scanner.endOfContainer(
                    depth: depth &+ open.count, maximumDepth: maximumDepth)
                guard try scanner.advanceToNextValue(&open) else { return scanner.position }
            } else {
                open.push(isObject)
                scanner.position &+= 1
                scanner.skipWhitespace()
                if scanner.byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    scanner.position &+= 1
                    open.pop()
                    guard !open.isEmpty, try scanner.advanceToNextValue(&open) else {
                        return scanner.position
                    }
                } else if isObject {
                    try scanner.skipKey()
                }
            }
            // Here a value follows; scalars are eaten until a container opens or the last one closes.
            while true {
                if scanner.byte == UInt8(ascii: "\"") {
                    scanner.position &+= 1
                    _ = try scanner.skipString()
                } else if scanner.byte == UInt8(ascii: "{") || scanner.byte == UInt8(ascii: "[") {
                    break
                } else {
                    try scanner.skipScalar()
                }
                guard try scanner.advanceToNextValue(&open) else { return scanner.position }
            }
        } while true
    }

    /// After a value: closes what ends here and moves to the next value.
    ///
    /// - Returns: `false` once the outermost container is closed.
    @inline(__always)
    private mutating func advanceToNextValue(_ open: inout OpenContainers) throws(JSONFailure) -> Bool {
        while true {
            if byte != UInt8(ascii: ",") { skipWhitespace() }
            if byte == UInt8(ascii: ",") {
                position &+= 1
                skipWhitespace()
                if open.isObject { try skipKey() }
                return true
            }
            guard byte == (open.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw failure(.expectedCommaOrEnd)
            }
            position &+= 1
            open.pop()
            if open.isEmpty { return false }
        }
    }

    /// A key, its colon and the white space behind it.
    @inline(__always)
    private mutating func skipKey() throws(JSONFailure) {
        guard byte == UInt8(ascii: "\"") else { throw failure(.expectedKey) }
        position &+= 1
        _ = try skipString()
        try skipColon()
    }

    /// A colon with the white space around it.
    @inline(__always)
    mutating func skipColon() throws(JSONFailure) {
        if byte != UInt8(ascii: ":") {
            skipWhitespace()
            guard byte == UInt8(ascii: ":") else { throw failure(.expectedColon) }
        }
        position &+= 1
        skipWhitespace()
    }
}

/// Kinds of up to 64 open containers, innermost in the lowest bit.
struct OpenContainers {
    private var bits: UInt64 = 0
    private(set) var count = 0

    var isEmpty: Bool {
        @inline(__always) get { count == 0 }
    }

    var isFull: Bool {
        @inline(__always) get { count == UInt64.bitWidth }
    }

    /// Whether the innermost container is an object; only asked while one is open.
    var isObject: Bool {
        @inline(__always) get { bits & 1 == 1 }
    }

    @inline(__always)
    mutating func push(_ isObject: Bool) {
        bits = bits &<< 1 | (isObject ? 1 : 0)
        count &+= 1
    }

    @inline(__always)
    mutating func pop() {
        count &-= 1
        bits = bits &>> 1
    }
}
