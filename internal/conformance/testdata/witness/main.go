package main

func main() { witness("") }
