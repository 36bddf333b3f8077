/// The latest nonces of a peer whose nonces are random, to find those that come a second time.
///
/// A ring keeps the order and a hash table of positions in it finds them; both grow with use up to their bound, to
/// about 24 bytes for each nonce. Looking up and adding take constant time.
struct NonceHistory: ~Copyable {
    private let capacity: Int
    private let seeds: (UInt64, UInt64)
    private var ring: [UInt128] = []
    private var oldest = 0
    /// Position in the ring plus one; 0 where there is none. Its size is a power of two, at least twice the ring's.
    private var table = [UInt32](repeating: 0, count: 64)

    /// - Parameters:
    ///   - capacity: How many nonces to remember, from 1 to 2^30; other numbers are brought into that range.
    ///   - seeds: Random numbers, so that no peer can choose nonces that make the table slow.
    init(capacity: Int, seeds: (UInt64, UInt64)) {
        self.capacity = min(max(capacity, 1), 1 << 30)
        self.seeds = seeds
    }

    var count: Int { ring.count }

    func contains(_ nonce: Nonce) -> Bool {
        table[slot(of: nonce.value)] != 0
    }

    /// Remembers a nonce that is not remembered yet, and forgets the oldest one if there are too many.
    mutating func insert(_ nonce: Nonce) {
        if ring.count < capacity {
            ring.append(nonce.value)
            if ring.count * 2 > table.count { grow() } else { link(ring.count - 1) }
        } else {
            unlink(oldest)
            ring[oldest] = nonce.value
            link(oldest)
            oldest = oldest + 1 == capacity ? 0 : oldest + 1
        }
    }

    /// The slot that refers to `value`, or the empty one where it belongs.
    private func slot(of value: UInt128) -> Int {
        var slot = home(of: value)
        while table[slot] != 0, ring[Int(table[slot]) - 1] != value {
            slot = (slot + 1) & (table.count - 1)
        }
        return slot
    }

    /// The first slot to look in.
    private func home(of value: UInt128) -> Int {
        let low = UInt64(truncatingIfNeeded: value) ^ seeds.0
        let high = UInt64(truncatingIfNeeded: value >> 64) ^ seeds.1
        let product = low.multipliedFullWidth(by: high | 1)
        return Int(truncatingIfNeeded: product.high ^ product.low) & (table.count - 1)
    }

    private mutating func link(_ position: Int) {
        table[slot(of: ring[position])] = UInt32(position + 1)
    }

    private mutating func unlink(_ position: Int) {
        let mask = table.count - 1
        var hole = slot(of: ring[position])
        table[hole] = 0
        // Moves back what was pushed past the hole, so that every value is found without a gap before it.
        var next = (hole + 1) & mask
        while table[next] != 0 {
            let home = home(of: ring[Int(table[next]) - 1])
            if (next - home) & mask >= (next - hole) & mask {
                table[hole] = table[next]
                table[next] = 0
                hole = next
            }
            next = (next + 1) & mask
        }
    }

    private mutating func grow() {
        table = [UInt32](repeating: 0, count: table.count * 2)
        for position in ring.indices { link(position) }
    }
}
