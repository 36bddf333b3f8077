import Testing

@testable import WSEResilience

@Suite("Buffers")
struct BufferTests {
    @Test("a ring buffer agrees with an array")
    func ringBuffer() {
        Histories.run("ring buffer", default: 500) { generator in
            var buffer = RingBuffer<Int>()
            var array: [Int] = []
            for step in 0..<(10 + generator.below(150)) {
                switch generator.below(10) {
                case ..<4:
                    buffer.append(step)
                    array.append(step)
                case ..<8:
                    let expected = array.isEmpty ? nil : array.removeFirst()
                    try same(buffer.popFirst(), expected, "step \(step): popped")
                case 8:
                    let index = generator.below(array.count + 1)
                    buffer.insert(step, at: index)
                    array.insert(step, at: index)
                default:
                    guard generator.chance(5) else { continue }
                    buffer.removeAll()
                    array.removeAll()
                }
                try same((0..<buffer.count).map { buffer[$0] }, array, "step \(step): elements")
                try same(buffer.first, array.first, "step \(step): first")
                try same(buffer.last, array.last, "step \(step): last")
                try same(buffer.isEmpty, array.isEmpty, "step \(step): is empty")
            }
        }
    }

    @Test("a binary heap agrees with a sorted array")
    func binaryHeap() {
        Histories.run("binary heap", default: 500) { generator in
            var heap = BinaryHeap<Int>()
            var array: [Int] = []
            for step in 0..<(10 + generator.below(150)) {
                switch generator.below(10) {
                case ..<6:
                    let element = generator.below(50)
                    heap.insert(element)
                    array = (array + [element]).sorted()
                case ..<9:
                    let expected = array.isEmpty ? nil : array.removeFirst()
                    try same(heap.popFirst(), expected, "step \(step): popped")
                default:
                    let divisor = 2 + generator.below(4)
                    heap.filter { $0 % divisor != 0 }
                    array.removeAll { $0 % divisor == 0 }
                }
                try same(heap.first, array.first, "step \(step): first")
                try same(heap.count, array.count, "step \(step): count")
            }
        }
    }
}
