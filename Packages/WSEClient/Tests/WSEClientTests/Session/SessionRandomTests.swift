import Testing

@testable import WSEClient

@Suite struct SessionRandomTests {
    /// Several times what one system call fetches, of two generators: 64 bits that repeat are no accident.
    @Test func theSystemsNumbersNeverRepeat() {
        var (one, other) = (SessionRandom(), SessionRandom())
        let numbers = (0..<200).flatMap { _ in [one.next(), other.next()] }
        #expect(Set(numbers).count == 400)
        // Each bit of some is set and of some is not.
        #expect(numbers.reduce(0, |) == .max)
        #expect(numbers.reduce(.max, &) == 0)
    }

    @Test func aSeedRepeatsItsNumbers() {
        var (one, same, other) = (SessionRandom(seed: 1), SessionRandom(seed: 1), SessionRandom(seed: 2))
        let numbers = (0..<100).map { _ in one.next() }
        #expect(numbers == (0..<100).map { _ in same.next() })
        #expect(numbers != (0..<100).map { _ in other.next() })
    }
}
