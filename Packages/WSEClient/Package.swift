// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of every package; `Scripts/check` keeps the copies in step.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
    name: "WSEClient",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
    products: [
        .library(name: "WSEClient", targets: ["WSEClient"]),
        .library(name: "WSEServiceLifecycle", targets: ["WSEServiceLifecycle"]),
    ],
    dependencies: [
        .package(path: "../WSEWire"),
        .package(path: "../WSECrypto"),
        .package(path: "../WSEResilience"),
        .package(path: "../WSETransport"),
        .package(path: "../WSETestServer"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .target(
            name: "WSEClient",
            dependencies: [
                "WSEWire", "WSECrypto", "WSEResilience", "WSETransport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "WSEServiceLifecycle",
            dependencies: [
                "WSEClient", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WSEClientTests",
            dependencies: [
                "WSEClient", "WSEServiceLifecycle", "WSECrypto", "WSEResilience", "WSETestServer",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "WSETransportTesting", package: "WSETransport"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "WSESimulation",
            dependencies: [
                "WSEClient", "WSECrypto", "WSEResilience", "WSEWire",
                .product(name: "WSETransport", package: "WSETransport"),
            ],
            swiftSettings: settings
        ),
    ]
)
