import CHeap
import WSEResilience

private func heapBytes() -> Int { Int(heap_bytes()) }

func measureMemory() {
    let table = Table(
        "Memory of a sequencer: bytes per topic, keys not counted",
        columns: ["topics", "quiet", "one event held each"])
    let epoch = InternedKey("5f3a9c01")
    let event = Event()
    let now = ContinuousClock.now
    for count in [100, 1_000, 10_000, 100_000] {
        let topics = (0..<count).map { InternedKey("market.prices.\($0)") }
        let before = heapBytes()
        var sequencer = EventSequencer<InternedKey, InternedKey, Event>(
            SequencingConfiguration(heldInTotal: .max))
        for topic in topics {
            _ = sequencer.process(event, topic: topic, epoch: epoch, offset: 0, now: now)
        }
        let quiet = heapBytes()
        for topic in topics {
            _ = sequencer.process(event, topic: topic, epoch: epoch, offset: 2, now: now)
            while let output = sequencer.nextOutput() { consume(output) }
        }
        let troubled = heapBytes()
        table.row(
            grouped(count),
            [Double(quiet - before) / Double(count), Double(troubled - before) / Double(count)])
        consume(sequencer)
    }

    let before = heapBytes()
    var window = DuplicateWindow()
    var generator = SeededGenerator(state: 4)
    for _ in 0..<20_000 {
        window.insert(EventID(high: generator.next(), low: generator.next()), now: now)
    }
    print("\nA full window of 10,000 ids takes \(grouped(heapBytes() - before)) bytes.")
    consume(window)
}
