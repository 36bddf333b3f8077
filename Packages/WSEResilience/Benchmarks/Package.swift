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
    name: "WSEResilienceBenchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "WSEResilience", path: "..")
    ],
    targets: [
        // What the heap holds, which the C library tells but Swift's overlay does not.
        .target(name: "CHeap"),
        .executableTarget(
            name: "ResilienceBenchmarks",
            dependencies: ["CHeap", .product(name: "WSEResilience", package: "WSEResilience")],
            swiftSettings: settings
        )
    ]
)
