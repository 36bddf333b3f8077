import Dispatch

/// Runs blocking code on a thread that is no task's.
enum BlockingThread {
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "plain").async { continuation.resume(with: Result { try body() }) }
        }
    }
}
