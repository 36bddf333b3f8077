public import ServiceLifecycle
public import WSEClient
