import Synchronization

/// How much of its batch a consumer has used. Written by the consumer alone; read by whoever asks for positions.
final class BatchProgress: Sendable {
    let used = Atomic(0)
}
