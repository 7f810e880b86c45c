# j3.awk - J3 for files without quotes.
BEGIN { FS = "," }
NR > 1 && $5 == "B" && $4 > 100 {
	n[$2]++
	qty[$2] += $4
	price[$2] += $3
	if ($3 + 0 > max[$2]) max[$2] = $3 + 0
}
END {
	for (s in n)
		printf "{\"symbol\":\"%s\",\"n\":%d,\"qty\":%d,\"max\":%.2f,\"avg\":%.12g}\n", s, n[s], qty[s], max[s], price[s] / n[s]
}
