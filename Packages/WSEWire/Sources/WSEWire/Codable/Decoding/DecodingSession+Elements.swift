extension DecodingSession {
    /// Where the first element of the array at `position` begins; `nil` if it has none.
    func firstElement(of position: Int) -> Int? {
        if isJSON {
            var reader = JSONValueReader(base: base, position: position)
            reader.beginContainer()
            return reader.nextElement() ? reader.position : nil
        }
        let head = MessagePackHead(base: base, at: position)
        return head.count == 0 ? nil : position &+ head.size
    }

    /// Where the element behind the one at `position` begins; `nil` if that was the last.
    ///
    /// - Parameter count: How many elements there are up to and with the one at `position`.
    @inline(__always)
    func element(after position: Int, count: Int, of array: Int) -> Int? {
        if isJSON {
            var reader = JSONValueReader(base: base, position: position)
            reader.skipValue()
            return reader.nextElement() ? reader.position : nil
        }
        guard count < MessagePackHead(base: base, at: array).count else { return nil }
        var reader = MessagePackReader(base: base, position: position)
        reader.skipValue()
        return reader.position
    }

    func elementCount(of position: Int) -> Int {
        guard isJSON else { return MessagePackHead(base: base, at: position).count }
        var count = 0
        forEachElement(at: position) { _ in count += 1 }
        return count
    }
}
