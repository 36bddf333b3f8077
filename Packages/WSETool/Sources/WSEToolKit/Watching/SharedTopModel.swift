internal import Synchronization

/// A ``TopModel`` that is fed by some tasks and drawn by another.
final class SharedTopModel: Sendable {
    private let model: Mutex<TopModel>

    init(_ model: TopModel) {
        self.model = Mutex(model)
    }

    func withLock<Result: Sendable>(_ body: (inout TopModel) -> Result) -> Result {
        model.withLock { body(&$0) }
    }
}
