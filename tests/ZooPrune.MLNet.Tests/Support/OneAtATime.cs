// Some tests measure the memory of the process, so no other test may run at the same time. ONNX Runtime uses all cores anyway.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
