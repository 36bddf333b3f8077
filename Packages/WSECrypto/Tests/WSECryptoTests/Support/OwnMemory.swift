#if canImport(Glibc)
    import Glibc

    /// Searches the memory of this process.
    enum OwnMemory {
        /// How often `secret` stands in memory that can be written, apart from where it is given.
        ///
        /// - Parameter secret: Must stay where it is.
        static func occurrences(of secret: UnsafeRawBufferPointer) -> Int {
            guard let needle = secret.baseAddress else { return 0 }
            let memory = open("/proc/self/mem", O_RDONLY)
            guard memory >= 0 else { return 0 }
            defer { close(memory) }
            // Larger than any allocation here, so that it is a mapping of its own.
            let window = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 20, alignment: 4_096)
            defer {
                window.initializeMemory(as: UInt8.self, repeating: 0)
                window.deallocate()
            }
            let own =
                UInt(bitPattern: window.baseAddress)..<UInt(bitPattern: window.baseAddress! + window.count)
            var count = 0
            for region in writableRegions() {
                var start = region.lowerBound
                while start < region.upperBound {
                    let wanted = min(UInt(window.count), region.upperBound - start)
                    let read = pread(memory, window.baseAddress, Int(wanted), off_t(start))
                    guard read > 0 else { break }
                    var from = 0
                    while let offset = find(needle, secret.count, in: window, from: from, to: read) {
                        let address = start + UInt(offset)
                        if !own.contains(address), address != UInt(bitPattern: needle) { count += 1 }
                        from = offset + 1
                    }
                    // The next window begins a little before, for what lies across its edge.
                    start +=
                        wanted == UInt(read) && start + wanted < region.upperBound
                        ? wanted - UInt(secret.count) : UInt(read)
                }
            }
            return count
        }

        /// The C library hides its own search for bytes from Swift.
        private static func find(
            _ needle: UnsafeRawPointer, _ count: Int, in window: UnsafeMutableRawBufferPointer, from: Int,
            to end: Int
        ) -> Int? {
            guard let base = window.baseAddress else { return nil }
            let first = CInt(needle.load(as: UInt8.self))
            var position = from
            while position + count <= end {
                guard let hit = memchr(base + position, first, end - count + 1 - position) else { return nil }
                position = hit - base
                if memcmp(hit, needle, count) == 0 { return position }
                position += 1
            }
            return nil
        }

        private static func writableRegions() -> [Range<UInt>] {
            guard let maps = fopen("/proc/self/maps", "r") else { return [] }
            defer { fclose(maps) }
            var regions: [Range<UInt>] = []
            var line = [CChar](repeating: 0, count: 4_096)
            while fgets(&line, CInt(line.count), maps) != nil {
                // `<start>-<end> rw-p …`
                let words = String(
                    decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
                )
                .split(separator: " ")
                let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                guard words[1].hasPrefix("rw"), ends.count == 2, ends[1] - ends[0] < 1 << 30 else { continue }
                regions.append(ends[0]..<ends[1])
            }
            return regions
        }
    }
#endif
