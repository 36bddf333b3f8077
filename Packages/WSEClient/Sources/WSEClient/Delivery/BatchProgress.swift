public import Synchronization

/// How much of its batch a consumer has used. Written by the consumer alone; read by whoever asks for positions.
@usableFromInline final class BatchProgress: Sendable {
    @usableFromInline let used = Atomic(0)
}
